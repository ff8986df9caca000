"""The strangers' journeys follow the documentation, and their figures mean what they say."""

import csv
import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples" / "journeys"
GUIDE = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
NAMES = ("csv", "hf", "few_shot", "dspy", "langchain", "wrap")
WITH_A_LIBRARY = ("csv", "hf", "dspy", "langchain", "wrap")


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"journeys_{name}", FOLDER / f"{name}.py")
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    # dataclasses look their module up while they are made.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", NAMES)
def test_a_journey_tunes_exports_or_wraps_and_measures(name: str) -> None:
    steps = (FOLDER / f"{name}.sh").read_text(encoding="utf-8").splitlines()

    commands = {" ".join(line.split()[:2]) for line in steps if line.startswith("fedbbpt ")}

    assert commands & {"fedbbpt run", "fedbbpt export"}
    assert "app" in steps
    assert steps[-1].startswith(f"measured runs/{'tickets' if name in {'csv', 'dspy'} else ''}")
    assert (FOLDER / f"app_{name}.py").is_file()


@pytest.mark.parametrize("name", NAMES)
def test_all_journeys_are_walked_unless_some_are_named(name: str) -> None:
    runner = (FOLDER / "run.sh").read_text(encoding="utf-8")

    (everything,) = re.findall(r"set -- ([a-z_ ]+)$", runner, re.MULTILINE)

    assert name in everything.split()


@pytest.mark.parametrize("name", WITH_A_LIBRARY)
def test_the_libraries_of_apps_are_pinned(name: str) -> None:
    wanted = (FOLDER / "requirements" / f"{name}.txt").read_text(encoding="utf-8").split()

    assert wanted
    assert all(re.fullmatch(r"[a-z-]+==[0-9.]+", one) for one in wanted)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "wrap"])
def test_an_app_has_no_fedbbpt_in_it(name: str) -> None:
    app = (FOLDER / f"app_{name}.py").read_text(encoding="utf-8")

    assert "import fedbbpt" not in app
    assert "from fedbbpt" not in app


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("langchain", "| model.bind(**SETTINGS) | read"),
        ("langchain", 'chain.invoke({"input": text})'),
        ("dspy", 'dspy.configure(lm=dspy.LM(f"openai/{MODEL}"'),
        ("dspy", "tuned(input=text).answer"),
        ("wrap", "fedbbpt.wrap("),
        ("csv", "from sorting import ask, read"),
    ],
)
def test_what_the_guide_shows_is_what_the_app_does(name: str, said: str) -> None:
    app = (FOLDER / f"app_{name}.py").read_text(encoding="utf-8")

    assert said in app
    assert said.replace("model.bind", "ChatOpenAI(model=MODEL).bind") in GUIDE


def test_no_run_sees_a_message_that_apps_are_measured_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = script("make_data")
    monkeypatch.setattr(data, "save_data_set", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["make_data.py", str(tmp_path)])

    data.main()

    new = texts(tmp_path / "new.jsonl")
    files = [path for path in sorted(tmp_path.iterdir()) if path.name != "new.jsonl"]
    assert len(new) == 32
    assert len(files) == 6
    assert all(texts(path).isdisjoint(new) for path in files)
    assert all(len(texts(path)) >= 40 for path in files)


def texts(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        return {json.loads(line)["input"] for line in text.splitlines()}
    return {row["message"] for row in csv.DictReader(text.splitlines())}


def test_a_data_set_is_saved_with_its_labels_by_name(tmp_path: Path) -> None:
    library = pytest.importorskip("datasets", reason="the extra hf is not installed")
    data = script("make_data")
    rows = data.read_rows("it")

    data.save_data_set(tmp_path / "saved", rows[:40], rows[40:48])

    saved = library.load_from_disk(str(tmp_path / "saved"))
    assert {name: len(split) for name, split in saved.items()} == {"train": 40, "test": 8}
    assert saved["train"].features["label"].names == ["complaint", "praise"]
    assert saved["test"][0]["text"] == rows[40]["input"]


def test_an_unread_answer_is_not_right() -> None:
    assert script("score").right(["praise", None, "praise"], ["praise"] * 2 + ["complaint"]) == (
        "1 of 3 right"
    )


@pytest.mark.parametrize("place", ["runs/x/tuned.json", "runs/x/owners/it.json"])
def test_the_folder_of_a_tuned_prompt_is_found(place: str) -> None:
    assert script("score").run_folder(place) == Path("runs/x")


def test_the_table_of_weights_says_what_could_not_be_measured() -> None:
    weigh = script("weigh")

    line = weigh.row("x 1.0", weigh.Weight(21, 1234, 0.456, None))

    assert line == "| x 1.0 | 1,234 | 21 | 0.46 | - |"


def test_a_command_that_fails_has_no_time(capsys: pytest.CaptureFixture[str]) -> None:
    weigh = script("weigh")

    taken = weigh.seconds([sys.executable, "-c", "raise SystemExit('no such thing')"])

    assert taken is None
    assert "no such thing" in capsys.readouterr().err


def test_every_peer_that_is_weighed_is_pinned() -> None:
    asked = [one for peer in script("weigh").PEERS for call in peer.installs for one in call]

    assert all(re.fullmatch(r"[a-z-]+(\[[a-z]+\])?==[0-9.]+", one) for one in asked)
