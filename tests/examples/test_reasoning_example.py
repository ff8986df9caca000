"""The example of generated chain of thought: sets, choosing tasks, sizing, and a quick run."""

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from fedbbpt.randomness import rng

FOLDER = Path(__file__).parents[2] / "examples" / "reasoning"
SIBLINGS = ("cot_runs", "cot_sets", "cot_size")


@pytest.fixture(scope="module")
def cot() -> Iterator[ModuleType]:
    """Load the script as a person starts it."""
    path = list(sys.path)
    spec = importlib.util.spec_from_file_location("cot_example", FOLDER / "cot.py")
    if spec is None or spec.loader is None:
        raise ImportError("cot")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path[:] = path
    for name in SIBLINGS:
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def sizes(cot: ModuleType) -> ModuleType:
    """Return the module that chooses and sizes; loaded with the script."""
    found: ModuleType = cot.cot_size
    return found


def write_rows(folder: Path, name: str, rows: list[dict[str, object]]) -> None:
    for place, split in enumerate(("train", "test")):
        lines = "".join(json.dumps(row) + "\n" for row in rows[place::2])
        (folder / f"{name}.{split}.jsonl").write_text(lines, encoding="utf-8")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with made-up logic in two domains, and a row each of other kinds."""
    folder, chance = tmp_path_factory.mktemp("sets"), rng(3, "made up")
    logic: list[dict[str, object]] = []
    for place in range(72):
        said = ("Yes", "No")[int(chance.integers(2))]
        # The second domain says the other answer, so that it is worse than a guess.
        hint = ("no" if said == "Yes" else "yes") if place % 2 else said.lower()
        # Every second question says it so often that all draws agree.
        hint = f"{hint} " * (12 if place // 2 % 2 == 0 else 1)
        text = f"Person {place} says {hint} today. Is it true?"
        domain = ("web", "guess")[place % 2]
        logic.append({"id": f"b{place}", "input": text, "target": said, "domain": domain})
    logic.append({"id": "x", "input": "Sort: b a", "target": "a b", "domain": "sorting"})
    sums: list[dict[str, object]] = [{"id": "s", "input": "Two and 2?", "target": "4"}]
    choices: list[dict[str, object]] = [
        {"id": "c", "input": "Where?", "choices": ["here", "there", "nowhere"], "target": "B"}
    ]
    write_rows(folder, "svamp", sums)
    write_rows(folder, "commonsenseqa", choices)
    write_rows(folder, "bbh", logic)
    return folder


@pytest.fixture(scope="module")
def done(
    cot: ModuleType, data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[str], Path]:
    """Return the words of a finished quick run, and its folder."""
    out = tmp_path_factory.mktemp("cot")
    words = [str(data), "--quick", "--endpoint", "scripted", "--out", str(out)]
    words += ["--sets", "bbh_yes_no,coin_flip"]
    if cot.main(words):
        raise RuntimeError("the quick run failed")
    return words, out


def test_a_quick_run_leaves_a_table_with_tokens_intervals_and_the_spread(
    done: tuple[list[str], Path],
) -> None:
    _, out = done

    table = (out / "table.md").read_text(encoding="utf-8")
    body = json.loads((out / "replay.json").read_text(encoding="utf-8"))

    assert "| method | budget | accuracy | calls | tokens |" in table
    assert "points SD between them" in table
    named = {(row["method"], row["budget"]) for row in body["rows"]}
    assert {("SC", 5), ("paraphrases free", 5), ("allocation", 5), ("zero-shot-cot", 1)} <= named
    assert all(row["low"] <= row["accuracy"] <= row["high"] for row in body["rows"])
    assert all(row["calls"] <= row["budget"] + 1e-9 for row in body["rows"])


def test_pseudo_labelled_exemplars_have_a_row_that_pays_for_them(
    done: tuple[list[str], Path],
) -> None:
    _, out = done

    made = (out / "sets/bbh_yes_no/made.toml").read_text(encoding="utf-8")
    body = json.loads((out / "replay.json").read_text(encoding="utf-8"))

    assert "unchecked = true" in made
    assert "calls = 18" in made
    rows = [row["method"] for row in body["rows"] if row["set"] == "bbh_yes_no"]
    assert {"fed-dp-cot (made)", "fed-dp-cot (made) free"} <= set(rows)


def test_it_goes_on_where_it_was(
    cot: ModuleType, done: tuple[list[str], Path], capfd: pytest.CaptureFixture[str]
) -> None:
    words, out = done
    table, pace = (out / "table.csv").read_bytes(), (out / "pace.json").read_bytes()
    log = (out / "bbh_yes_no/calls.log").read_bytes()

    code = cot.main(words)

    said = capfd.readouterr().out
    assert code == 0
    assert (out / "table.csv").read_bytes() == table
    assert (out / "pace.json").read_bytes() == pace
    assert (out / "bbh_yes_no/calls.log").read_bytes() == log
    assert f"coin_flip: absent from {words[0]}, left out" in said
    assert "bbh_yes_no, guess: excluded, not above chance" in said
    assert "tokens a second" in said
    assert "the table:" in said


def test_rows_are_read_by_kind_and_answers_of_another_kind_are_no_questions(
    cot: ModuleType, data: Path
) -> None:
    def read(name: str) -> list[dict[str, str]]:
        (one,) = cot.chosen_sets([name])
        found: list[dict[str, str]] = cot.read_set(one, data)
        return found

    logic, sums, choices = read("bbh_yes_no"), read("svamp"), read("commonsenseqa")

    assert len(logic) == 72
    assert {row["target"] for row in logic} == {"yes", "no"}
    assert [row["target"] for row in sums] == ["4"]
    assert choices[0]["input"] == "Where?\nA) here\nB) there\nC) nowhere"
    assert cot.chance("choice", [choices[0]["input"]]) == pytest.approx(1 / 3)
    assert read("bbh_choice") == []
    assert cot.unread_domains(cot.chosen_sets(["bbh_choice"]), data) == ["bbh, sorting"]


def test_a_task_is_kept_between_chance_and_perfect(sizes: ModuleType) -> None:
    def excluded(single: float, guess: float) -> str:
        return str(sizes.Tried("task", single, guess).excluded)

    assert excluded(0.5, 0.25) == ""
    assert excluded(0.27, 0.25).startswith("not above chance")
    assert excluded(0.97, 0.25).startswith("too easy")


def test_the_table_is_as_large_as_fits_and_sets_are_dropped_from_the_end(
    sizes: ModuleType,
) -> None:
    samples = sizes.Samples()
    sets = [sizes.Wanted(name, 4, 10, 100, 150.0) for name in ("one", "two", "three")]
    whole = sum(one.cost(samples, 100) for one in sets)

    everything = sizes.fitted(sets, samples, whole, 10)
    some = sizes.fitted(sets, samples, whole / 2, 10)
    little = sizes.fitted(sets, samples, sets[0].cost(samples, 12), 10)
    nothing = sizes.fitted(sets, samples, 1.0, 10)

    assert everything.questions == 100
    assert everything.late == ()
    assert 10 < some.questions < 100
    assert some.tokens <= whole / 2 < sum(one.cost(samples, some.questions + 1) for one in sets)
    assert (little.questions, little.late) == (12, ("two", "three"))
    assert [one.name for one in nothing.sets] == ["one"]
    assert "three: left out, no time for it" in sizes.lines(little, samples, 100.0)


def test_what_cannot_be_meant_is_refused(
    cot: ModuleType, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cot.main([str(tmp_path / "gone")]) == 2
    assert cot.main([str(tmp_path)]) == 2
    assert cot.main([str(data), "--endpoint", "somewhere"]) == 2
    assert cot.main([str(data), "--hours", "0"]) == 2
    assert cot.main([str(data), "--sets", "nothing"]) == 2
    assert cot.main([str(data), "--sets", "svamp"]) == 2

    said = capsys.readouterr().err
    for text in (
        "no such folder",
        "none of the sets",
        "MODEL@ADDRESS",
        "--hours",
        "no such set",
        "too few",
    ):
        assert text in said
