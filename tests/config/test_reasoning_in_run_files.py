"""Ways of reasoning and kinds of answer in run files, from the table to the finished run."""

from pathlib import Path

import pytest
from adder import OWNERS, adder_tables, question
from no_pauses import stop_pausing
from tiny_run import Table, put, tiny_prepared, tiny_tables, write_rows

import fedbbpt
from fedbbpt.config.estimate import estimates
from fedbbpt.config.prepare import Prepared, prepare
from fedbbpt.config.runfile import resolve
from fedbbpt.config.searched import origin
from fedbbpt.errors import ConfigError, DataError
from fedbbpt.metrics.same_answer import SameAnswer
from fedbbpt.reasoning.few_shot_cot import FewShotCot
from fedbbpt.reasoning.plan_and_solve import PlanAndSolve
from fedbbpt.reasoning.self_consistency import SelfConsistency


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_pausing(monkeypatch)


def ready(folder: Path, tables: Table) -> Prepared:
    return prepare(resolve(tables, folder), {})


def refused(folder: Path, tables: Table) -> str:
    with pytest.raises(ConfigError) as caught:
        ready(folder, tables)
    return str(caught.value)


def test_triggers_are_tuned_end_to_end_and_the_prompt_plugs_into_an_app(tmp_path: Path) -> None:
    result = fedbbpt.optimize(adder_tables(tmp_path), directory=tmp_path / "run")

    gate, test = result.results.gate, result.results.test.comparison
    assert gate.accepted
    assert test.gain > 0.9
    assert "step" in result.tuned.prompt.text()
    asked = result.tuned.request("What is 1 + 2 + 3?")
    assert "End with one line: Answer: <number>" in str(asked["messages"])
    reply = {"choices": [{"message": {"content": "It is six.\nAnswer: $6.00"}}]}
    assert result.tuned.read(reply).label == "6"


def test_several_requests_an_item_count_and_no_single_request_is_passed_off_for_them(
    tmp_path: Path,
) -> None:
    table = {"use": "self_consistency", "samples": 3, "of": {"use": "zero_shot_cot"}}
    tables = adder_tables(tmp_path, reasoning=table)

    prepared = ready(tmp_path, tables)
    result = fedbbpt.optimize(tables, directory=tmp_path / "run")

    most = prepared.plan.requests + prepared.held_out_requests
    assert prepared.scoring.requests_per_item == 3
    assert prepared.held_out_requests == 3 * len(OWNERS) * (3 * 8 + 2 * 12)
    assert prepared.plan.requests <= 400
    assert result.stats.calls <= most
    assert result.results.test.cells[0].score == 1.0
    with pytest.raises(DataError, match="self_consistency"):
        result.tuned.request("What is 1 + 1?")


def test_the_same_run_gives_the_same_bytes_whatever_its_exchanges_draw(tmp_path: Path) -> None:
    table = {"use": "self_verification", "samples": 2, "checks": 1}
    search = {"candidates": 4, "block": 8, "requests": 600, "rounds": 1}
    tables = adder_tables(tmp_path, reasoning=table, search=search)

    for folder in ("one", "two"):
        fedbbpt.optimize(tables, directory=tmp_path / folder)

    written = [(tmp_path / folder / "results.json").read_bytes() for folder in ("one", "two")]
    assert written[0] == written[1]


def test_wordings_that_were_thrown_away_are_counted(tmp_path: Path) -> None:
    table = {"use": "synonymous_questions", "count": 2, "of": "zero_shot_cot"}
    search = {"candidates": 4, "block": 8, "requests": 2000, "rounds": 1}

    made = adder_tables(tmp_path, reasoning=table, search=search)
    result = fedbbpt.optimize(made, directory=tmp_path / "run")

    assert 0 < result.stats.dropped_wordings < result.stats.calls
    assert result.results.test.cells[0].score == 1.0


def test_a_plan_never_passes_the_requests_however_many_an_item_takes(tmp_path: Path) -> None:
    table = {"use": "self_consistency", "samples": 9}
    tables = put(adder_tables(tmp_path, reasoning=table), "search.requests", 600)

    said = refused(tmp_path, put(tables, "search.requests", 500))

    assert "with 9 requests an item" in said
    assert ready(tmp_path, tables).plan.requests == 576


def test_an_estimate_knows_second_calls_and_their_length(tmp_path: Path) -> None:
    once = ready(tmp_path, adder_tables(tmp_path))
    twice = ready(
        tmp_path,
        adder_tables(tmp_path, reasoning={"use": "zero_shot_cot", "second_call": True}),
    )

    one, two = estimates(once)[-1], estimates(twice)[-1]

    assert two.calls - twice.plan.requests == 2 * (one.calls - once.plan.requests)
    assert two.most.tokens > 2 * one.most.tokens


def test_tables_name_settings_and_inner_ways(tmp_path: Path) -> None:
    inner = {"use": "plan_and_solve", "variant": "ps"}
    table = {"use": "self_consistency", "samples": 2, "of": inner}

    made = ready(tmp_path, adder_tables(tmp_path, reasoning=table)).scoring.reasoning

    assert isinstance(made, SelfConsistency)
    assert isinstance(made.inner, PlanAndSolve)
    assert (made.samples, made.inner.variant) == (2, "ps")


@pytest.mark.parametrize(
    ("table", "twice"),
    [
        ({"use": "zero_shot_cot"}, True),
        ({"use": "self_consistency", "of": "plan_and_solve"}, True),
        ({"use": "zero_shot_cot", "trigger": ""}, False),
        ({"use": "few_shot_cot"}, False),
        ({"use": "self_consistency"}, True),
    ],
)
def test_a_trigger_beside_searched_triggers_is_said(
    tmp_path: Path, table: dict[str, object], twice: bool
) -> None:
    notes = ready(tmp_path, adder_tables(tmp_path, reasoning=table)).notes

    assert any("hold triggers" in note for note in notes) == twice


def test_a_kind_of_answer_brings_its_metric(tmp_path: Path) -> None:
    scoring = ready(tmp_path, adder_tables(tmp_path)).scoring

    assert isinstance(scoring.metric, SameAnswer)
    assert scoring.metric_name == "accuracy"
    assert (
        scoring.reading
        == "the number that a reply ends with; zero_shot_cot, one request a question"
    )


def test_labels_can_be_thought_about_too(tmp_path: Path) -> None:
    prepared = tiny_prepared(tmp_path, tiny_tables(reasoning="zero_shot_cot"))

    sent = prepared.scoring.reasoning.sent(prepared.space.decode(origin(prepared.space)))

    assert sent is not None
    assert "Answer: <complaint or praise>" in sent.text()


def test_what_names_no_way_of_reasoning_keeps_the_identity_it_had(tmp_path: Path) -> None:
    tables = tiny_tables()

    named = put(put(tables, "reasoning", {}), "task.answer", {})

    assert resolve(named, tmp_path).identity == resolve(tables, tmp_path).identity
    other = put(tables, "reasoning", {"use": "zero_shot_cot"})
    assert resolve(other, tmp_path).identity != resolve(tables, tmp_path).identity


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("task.answer", "numbr", "[task.answer] use = 'numbr': no such plugin"),
        ("task.answer", {"use": "number", "decimal": "x"}, "[task.answer] decimal: 'x'"),
        ("task.answer", "yes_no", "yes_no does not fit: the targets '10.00' of example 'north-0'"),
        ("task.answer", {}, "[reasoning] zero_shot_cot: a reply that thinks aloud is no answer"),
        ("task.labels", ["a", "b"], "[task] answer: the task has labels"),
        ("reasoning", "zero_shot", "[reasoning] use = 'zero_shot': no such plugin"),
        ("reasoning", {"use": "zero_shot_cot", "max_token": 3}, "[reasoning] max_token: unknown"),
        ("reasoning", {"use": "self_consistency", "samples": 1}, "[reasoning] samples: 1"),
        ("reasoning", {"use": "self_consistency", "of": "cot"}, "[reasoning.of] use = 'cot'"),
        ("reasoning", {"use": "self_consistency", "of": 3}, "[reasoning] of: name a way"),
        ("reasoning", {"use": "zero_shot_cot", "of": "direct"}, "[reasoning] of: unknown"),
        ("scoring.read", "logprobs", '[scoring] read = "logprobs": the first token'),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(
    tmp_path: Path, place: str, value: object, said: str
) -> None:
    tables = put(adder_tables(tmp_path), place, value)

    assert said in refused(tmp_path, tables)


def test_exemplars_that_hold_a_question_that_will_be_asked_are_refused(tmp_path: Path) -> None:
    shown = FewShotCot().shown[0]
    table = {"use": "few_shot_cot", "exemplars": "arithmetic"}
    tables = adder_tables(tmp_path, reasoning=table)
    assert ready(tmp_path, tables).scoring.requests_per_item == 1
    rows = [{"id": f"{n}", "input": question(n, n), "target": f"{2 * n}"} for n in range(35)]
    write_rows(tmp_path / "south.jsonl", [*rows, {"id": "leak", "input": shown, "target": "17"}])

    said = refused(tmp_path, tables)
    reworded = {"id": "leak", "input": shown.lower().rstrip("?") + " ...", "target": "17"}
    write_rows(tmp_path / "south.jsonl", [*rows, reworded])
    again = refused(tmp_path, tables)

    assert "example 'leak' of south" in said
    assert shown not in said
    assert again == said


def test_turns_of_a_prompt_that_hold_such_a_question_are_refused(tmp_path: Path) -> None:
    turns = [
        {"role": "user", "content": f"Sum: {question(2, 3, 5)}"},
        {"role": "assistant", "content": "10"},
        {"role": "user", "content": "Sum: {input}"},
    ]
    tables = adder_tables(tmp_path, prompt={"messages": turns})

    assert "example 'north-0' of north" in refused(tmp_path, tables)
