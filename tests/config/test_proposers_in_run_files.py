"""``[proposer]`` in run files: what goes together, what it costs at most, and where texts go."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from tiny_run import LEXICON, OWNERS, put, refusal, tiny_prepared, tiny_run, tiny_tables, toml

from fedbbpt.cli import main
from fedbbpt.config.estimate import estimates
from fedbbpt.config.proposing import grants_texts
from fedbbpt.proposers.crossover_ga import CrossoverGa
from fedbbpt.spaces.instructions import Instructions
from fedbbpt.work.propose import PROPOSER

WRITER = {"use": "scripted", "lexicon": LEXICON, "seed": 4}


def growing(**changes: object) -> dict[str, object]:
    tables = tiny_tables(recipe="evoprompt-ga", optimizer={"generations": 1}, **changes)
    return {**tables, "prompt": {"system": "Say {labels}.", "user": "{input}"}}


def test_a_recipe_brings_space_optimizer_and_proposer(tmp_path: Path) -> None:
    prepared = tiny_prepared(tmp_path, growing())

    assert prepared.proposing is not None
    assert isinstance(prepared.space, Instructions)
    assert prepared.proposing.growth.proposer == CrossoverGa(
        topic="kind of message", labels=("complaint", "praise")
    )
    assert prepared.proposing.connector is None
    assert prepared.proposing.asks


def test_the_plan_counts_requests_for_texts(tmp_path: Path) -> None:
    tables = growing(search={"candidates": 9, "block": 8, "requests": 1000})
    counts = {"generations": 1, "children": 3, "population": 3, "finalists": 1, "parents": 2}
    tables["optimizer"] = counts

    prepared = tiny_prepared(tmp_path, tables)

    assert prepared.plan.requests == (3 + 3) * 8 * len(OWNERS) + 3
    assert prepared.plan.rounds == 3


def test_another_writer_is_another_run_and_a_faster_one_is_not(tmp_path: Path) -> None:
    plain = put(growing(), "proposer.endpoint", WRITER)

    runs = [
        tiny_run(tmp_path, plain),
        tiny_run(tmp_path, put(plain, "proposer.endpoint.concurrency", 3)),
        tiny_run(tmp_path, put(plain, "proposer.endpoint.seed", 5)),
        tiny_run(tmp_path, put(plain, "proposer.longest", 90)),
    ]

    identities = [run.identity for run in runs]
    assert identities[0] == identities[1]
    assert len(set(identities)) == 3


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("proposer.use", "rewrit", "did you mean 'rewrite'"),
        ("proposer.longest", 0, "[proposer] longest: 0 is outside 1 to 2000"),
        ("proposer.most", 999, "[proposer] most: 999 is outside 1 to 256"),
        ("proposer.temprature", 1.0, "did you mean 'temperature'"),
        ("proposer.topic", 1, "topic"),
        ("proposer.endpoint", {"use": "nobody"}, "[proposer.endpoint]"),
        ("space.use", "slots", "[proposer] the space 'slots' cannot grow"),
        ("optimizer.use", "halving", "[proposer] the optimizer Halving takes no new texts"),
        ("search.nested", False, "nested = true"),
    ],
)
def test_what_does_not_go_together_is_refused_in_one_line(
    tmp_path: Path, place: str, value: object, said: str
) -> None:
    tables = put(put(growing(), "optimizer", {}), place, value)

    assert said in refusal(tmp_path, tables)


def test_an_endpoint_for_a_proposer_that_asks_nobody_is_refused(tmp_path: Path) -> None:
    tables = put(growing(), "proposer", {"use": "edits", "endpoint": WRITER})

    assert "asks no model" in refusal(tmp_path, tables)


def test_a_writer_must_be_named_where_owners_have_endpoints_of_their_own(tmp_path: Path) -> None:
    tables = growing()
    tables["owner"] = [
        {"name": name, "data": f"{name}.jsonl", "endpoint": WRITER} for name in OWNERS
    ]

    assert "[proposer] endpoint: nobody is named" in refusal(tmp_path, tables)


def test_a_cap_in_dollars_needs_the_price_of_the_writer(tmp_path: Path) -> None:
    writer = {"use": "openai", "url": "https://host.example/v1", "model": "unknown-model"}
    tables = put(put(growing(), "proposer.endpoint", writer), "caps.dollars", 1.0)

    assert "[proposer.endpoint] a cap or a grant in dollars" in refusal(tmp_path, tables)


def test_texts_leave_by_an_owners_own_grant_or_in_a_simulation_that_says_so(
    tmp_path: Path,
) -> None:
    granted = put(growing(), "owner.0.grants", {"texts": True})
    one = tiny_prepared(tmp_path, granted)
    everyone = tiny_prepared(tmp_path, put(growing(), "simulation", {"texts": True}))

    by_owner = [grants_texts(one.run, one.sections[name]) for name in OWNERS]

    assert by_owner == [True, False, False, False]
    assert grants_texts(everyone.run, None)
    assert not grants_texts(one.run, None)


def test_a_grant_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    assert "did you mean 'texts'" in refusal(
        tmp_path, put(growing(), "owner.0.grants", {"text": True})
    )


def test_the_plan_on_the_terminal_says_who_writes(tmp_path: Path) -> None:
    tiny_run(tmp_path)
    file = tmp_path / "run.toml"
    file.write_text(toml(growing()))

    shown = CliRunner().invoke(main, ["run", str(file), "--dry-run"])

    assert shown.exit_code == 0, shown.output
    assert "no examples, go to" in " ".join(shown.output.split())


def test_the_estimate_bounds_what_the_writer_costs(tmp_path: Path) -> None:
    roomy = {"candidates": 12, "block": 8, "requests": 2000}
    prepared = tiny_prepared(tmp_path, put(growing(search=roomy), "proposer.longest", 50))

    lines = {line.owner: line for line in estimates(prepared)}

    writer = lines[PROPOSER]
    assert prepared.proposing is not None
    assert writer.calls == prepared.plan.written == 6
    assert writer.most.tokens >= 6 * (2 * 50 * 4 + 160)
    owners = sum(lines[name].calls for name in OWNERS) + writer.calls
    assert owners >= lines["together"].calls >= prepared.plan.requests


def test_the_longest_prompt_of_the_estimate_counts_texts_that_do_not_exist_yet(
    tmp_path: Path,
) -> None:
    short, long = (
        tiny_prepared(tmp_path, put(growing(), "proposer.longest", longest))
        for longest in (400, 1600)
    )

    costs = [
        {line.owner: line.most.tokens for line in estimates(prepared)}["together"]
        for prepared in (short, long)
    ]

    assert costs[1] > 2 * costs[0]
