"""The table of methods by sets: run files that can be meant, quick runs, and one table of all."""

import importlib.util
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

import pytest

from fedbbpt.config.prepare import prepare
from fedbbpt.config.runfile import load_run

FOLDER = Path(__file__).parents[2] / "examples" / "table"
NAMES = ("table_sets", "table_runs", "table_merge", "table")
KEYED = ("vader4", "uci_sentences", "youtube_spam")


@pytest.fixture(scope="module")
def scripts() -> Iterator[Mapping[str, ModuleType]]:
    """Load the scripts as they load each other: from their own folder."""
    loaded = {}
    for name in NAMES:
        spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
        if spec is None or spec.loader is None:
            raise ImportError(name)
        loaded[name] = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(loaded[name])
    yield loaded
    for name in NAMES:
        del sys.modules[name]


def write_set(folder: Path, one: ModuleType, count: int = 600) -> None:
    """Write made-up rows of a set, two thirds of them for training, in the shape of the folder."""
    made = []
    for index in range(count):
        label = one.labels[index % len(one.labels)]
        row = {"id": f"{one.name}-{index}", "target": label, "meta": {"any": 1}}
        row["input"] = f"text {index}\u2028 of the kind {label} number {index * 31}"
        if one.target == "domain":
            row["domain"] = label.replace(" ", "_")
        if one.key:
            row["domain"] = f"domain-{index // 2 % 4}"
        if one.choices:
            row["choices"] = [f"choice {index} {letter}" for letter in one.labels]
        made.append(json.dumps(row, ensure_ascii=False))
    for place, split in enumerate(("train", "validation", "test")):
        text = "\n".join(made[place::3]) + "\n"
        (folder / f"{one.name}.{split}.jsonl").write_text(text, encoding="utf-8")


def test_every_set_has_a_run_file_that_can_be_meant(
    scripts: Mapping[str, ModuleType], tmp_path: Path
) -> None:
    sets, runs = scripts["table_sets"], scripts["table_runs"]

    for one in sets.SETS:
        write_set(tmp_path, one)
        examples = sets.read_set(one, tmp_path)
        path = runs.write_run(one, examples, runs.QUICK, tmp_path / "out", "scripted")
        prepared = prepare(load_run(path), {})

        assert len(prepared.owners) == 4
        assert prepared.run.split_seed == 0
        assert prepared.plan.requests <= runs.QUICK.requests
        assert {owner.data.owner for owner in prepared.owners} == (
            {f"domain-{place}" for place in range(4)}
            if one.key
            else {f"client-0{place}" for place in range(1, 5)}
        )


def test_the_sets_that_choose_the_default_are_none_of_the_table(
    scripts: Mapping[str, ModuleType], tmp_path: Path
) -> None:
    sets = scripts["table_sets"]
    (one,) = sets.chosen_sets(["clinc150"])
    write_set(tmp_path, one, 60)

    tabled = {each.name for each in sets.chosen_sets([])}
    labels = {example["target"] for example in sets.read_set(one, tmp_path)}

    assert tabled == {each.name for each in sets.SETS} - {"umsab", "clinc150"}
    assert labels == set(one.labels)
    assert "credit cards" in labels


def test_another_server_can_be_asked(scripts: Mapping[str, ModuleType], tmp_path: Path) -> None:
    sets, runs = scripts["table_sets"], scripts["table_runs"]
    (one,) = sets.chosen_sets(["vader4"])
    write_set(tmp_path, one)
    examples = sets.read_set(one, tmp_path)
    endpoint = "smollm2@http://127.0.0.1:8080/v1"

    prepared = prepare(load_run(runs.write_run(one, examples, runs.QUICK, tmp_path, endpoint)), {})

    asked = [prepared.profile_of(owner.data.owner) for owner in prepared.owners]
    assert {one.destination for one in asked} == {"http://127.0.0.1:8080/v1"}
    assert {one.model for one in asked} == {"smollm2"}


def test_an_endpoint_that_is_neither_known_nor_an_address_is_refused(
    scripts: Mapping[str, ModuleType], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code = scripts["table"].main([str(tmp_path), "--endpoint", "embeded"])

    assert code == 2
    assert "--endpoint embeded: say embedded, scripted, or MODEL@ADDRESS" in capfd.readouterr().err


def test_choices_become_part_of_the_input(
    scripts: Mapping[str, ModuleType], tmp_path: Path
) -> None:
    sets = scripts["table_sets"]
    (one,) = sets.chosen_sets(["aqua"])
    write_set(tmp_path, one, 15)

    first = sets.read_set(one, tmp_path)[0]

    assert first["input"].endswith("\nE) choice 0 E")
    assert "domain" not in first


def test_a_quick_table_says_what_was_finished_and_goes_on(
    scripts: Mapping[str, ModuleType], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (one,) = scripts["table_sets"].chosen_sets(["vader4"])
    write_set(tmp_path, one)
    out = tmp_path / "out"
    words = [str(tmp_path), "--out", str(out), "--quick", "--endpoint", "scripted"]
    words += ["--sets", "vader4,trec", "--recipes", "halving"]

    first = scripts["table"].main(words)
    table = (out / "table.csv").read_bytes()
    capfd.readouterr()
    again = scripts["table"].main(words)

    said = capfd.readouterr().out
    assert (first, again) == (0, 0)
    assert "- vader4: finished: 1 seeds, " in said
    assert "- trec: absent from the folder" in said
    assert "calls paid\n" not in said.split("sealed test")[0]
    assert (out / "table.csv").read_bytes() == table
    splits = (out / "splits.csv").read_text(encoding="utf-8").splitlines()
    assert len(splits) == 1 + 4 * 3 * 2
    assert "| pooled |" in (out / "table.md").read_text(encoding="utf-8")


def row(name: str, p_value: float, gain: float = 0.1) -> dict[str, object]:
    """Return a row of a comparison as it stands in compare.json."""
    ends = {"gain": gain, "low": gain - 0.05, "high": gain + 0.05, "p_value": p_value}
    spent = {"calls": 10, "gate_calls": 5}
    seeds = [{"gain": gain}, {"gain": -0.01}]
    figures = {"score": 0.7, "low": 0.6, "high": 0.8, "gated": None}
    return {"name": name, **figures, "gain": ends, "spent": spent, "seeds": seeds}


def compared(*rows: dict[str, object]) -> dict[str, object]:
    start = {**row("start", 1.0), "gain": None, "seeds": []}
    table = {"rows": [start, *rows]}
    facts = {"seeds": [0, 1], "items": 500, "prompts": 3, "split": "0" * 64, "owners": []}
    return {"equal_requests": table, **facts}


def test_p_values_are_corrected_over_the_sets_of_the_claim(
    scripts: Mapping[str, ModuleType],
) -> None:
    merge, sets = scripts["table_merge"], scripts["table_sets"].SETS
    found = {
        "vader4": compared(row("genetic", 0.01), row("pooled", 0.2)),
        "sst2": compared(row("genetic", 0.03)),
        "aqua": compared(row("genetic", 0.04, gain=-0.1)),
    }

    by_place = {(e.set, e.row): e for e in merge.entries(sets, found)}
    text = merge.table_markdown(sets, found, {"trec": "absent from the folder"})

    assert by_place["vader4", "genetic"].holm == pytest.approx(0.02)
    assert by_place["sst2", "genetic"].holm == pytest.approx(0.03)
    assert by_place["aqua", "genetic"].holm == pytest.approx(0.04)
    assert by_place["vader4", "genetic"].of_pooled == pytest.approx(1.0)
    assert "- genetic: above the start on 2 of 2 sets; worse by more than 2 points on aqua" in text
    assert "- agnews: not begun" in text


@pytest.mark.parametrize(
    ("words", "text"), [(["nowhere"], "no such folder"), ([".", "--sets", "imdb"], "no such set")]
)
def test_what_cannot_be_meant_ends_with_one_line(
    scripts: Mapping[str, ModuleType],
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    text: str,
) -> None:
    code = scripts["table"].main(words)

    said = capsys.readouterr().err
    assert code == 2
    assert text in said
    assert said.count("\n") == 1
