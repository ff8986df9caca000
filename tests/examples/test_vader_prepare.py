"""The VADER script takes one archive, one rule, and gives the same bytes."""

import hashlib
import importlib.util
import io
import json
import sys
import tarfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "examples" / "vader4" / "prepare.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vader4_prepare", SCRIPT)
    if spec is None or spec.loader is None:
        raise ImportError(str(SCRIPT))
    module = importlib.util.module_from_spec(spec)
    # dataclasses look their module up while they are made.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def packed(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def lines(*rows: str) -> bytes:
    return "\r\n".join(rows).encode()


def rated(kind: str, positive: int, negative: int) -> bytes:
    good = [f"{i}_1\t2.{i}\tthe {kind} number {i} was good" for i in range(positive)]
    bad = [f"{i}_2\t-2.{i}\tthe {kind} number {i} was bad" for i in range(negative)]
    return lines(*good, *bad)


def sdist(folder: Path, files: Mapping[str, bytes]) -> tuple[Path, str]:
    inner = packed({f"hutto_ICWSM_2014/{name}": content for name, content in files.items()})
    outer = packed(
        {
            "vaderSentiment-3.3.2/setup.py": b"raise SystemExit('never run')",
            "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz": inner,
        }
    )
    path = folder / "vaderSentiment-3.3.2.tar.gz"
    path.write_bytes(outer)
    return path, hashlib.sha256(outer).hexdigest()


def all_four(script: ModuleType) -> dict[str, bytes]:
    return {
        name: rated(domain, 8, 5 if domain == "news" else 9)
        for domain, name in script.GROUND_TRUTH.items()
    }


def test_the_archive_is_read_without_touching_the_disk(tmp_path: Path, script: ModuleType) -> None:
    files = all_four(script)
    path, sha256 = sdist(tmp_path, files)

    archive = script.read_archive(path, sha256)

    assert archive == {domain: files[name] for domain, name in script.GROUND_TRUTH.items()}
    assert list(tmp_path.iterdir()) == [path]


def test_another_file_is_refused_by_its_hash(tmp_path: Path, script: ModuleType) -> None:
    path, sha256 = sdist(tmp_path, all_four(script))

    with pytest.raises(script.PrepareError, match=f"sha256 is {sha256}, expected 5d7c06e0"):
        script.read_archive(path)


def test_a_missing_file_and_a_missing_part_are_named(tmp_path: Path, script: ModuleType) -> None:
    path, sha256 = sdist(tmp_path, {"tweets_GroundTruth.txt": b""})

    with pytest.raises(script.PrepareError, match=r"amazonReview.* is not in the archive"):
        script.read_archive(path, sha256)
    with pytest.raises(script.PrepareError, match="cannot be read"):
        script.read_archive(tmp_path / "none.tar.gz")


def test_a_damaged_archive_is_named(tmp_path: Path, script: ModuleType) -> None:
    path = tmp_path / "broken.tar.gz"
    path.write_bytes(b"no archive")

    with pytest.raises(script.PrepareError, match="damaged"):
        script.read_archive(path, hashlib.sha256(b"no archive").hexdigest())


def test_the_sample_is_balanced_bounded_and_sorted(tmp_path: Path, script: ModuleType) -> None:
    path, sha256 = sdist(tmp_path, all_four(script))

    samples = script.prepare(script.read_archive(path, sha256), script.Rule(per_domain=14))

    for domain, sample in samples.items():
        half = 5 if domain == "news" else 7
        assert Counter(s.target for s in sample) == {"positive": half, "negative": half}
        assert [s.id for s in sample] == sorted(s.id for s in sample)
        assert {s.domain for s in sample} == {domain}


def test_the_seed_alone_decides_the_sample(tmp_path: Path, script: ModuleType) -> None:
    path, sha256 = sdist(tmp_path, all_four(script))
    archive = script.read_archive(path, sha256)
    turned = {domain: b"\r\n".join(raw.split(b"\r\n")[::-1]) for domain, raw in archive.items()}

    drawn = [
        script.prepare(data, script.Rule(per_domain=6, seed=seed))
        for data, seed in [(archive, 0), (turned, 0), (archive, 1)]
    ]

    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


def test_only_clear_sentences_of_fitting_length_are_kept_once(script: ModuleType) -> None:
    raw = lines(
        "1\t1.5\tjust clear enough to keep",
        "2\t1.49\tnot clear enough to keep",
        "3\t-3\tfar too short",
        f"4\t-3\t{'word ' * 31}",
        f"5\t-3\t{'word ' * 30}",
        "6\t-2\tJust clear enough  to keep",
        "",
    )

    kept = script.eligible(script.parse("tweet", raw), script.Rule())

    assert [(s.id, s.target) for s in kept] == [("tweet-1", "positive"), ("tweet-5", "negative")]


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("wine &amp; dine", "wine & dine"),
        ("H &amp;amp; R, 5 &lt; 6", "H & R, 5 < 6"),
        ("&amp;#38; so on", "& so on"),
        ("AT&T &copying &unknown; clichés", "AT&T &copying &unknown; clichés"),
        (" two\u00a0 spaces ", "two spaces"),
    ],
)
def test_entities_become_characters_and_nothing_else_changes(
    script: ModuleType, raw: str, clean: str
) -> None:
    assert script.clean(raw) == clean


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"1\t2.0\tcaf\xe9 was good", "tweets_GroundTruth.txt: not UTF-8 at byte offset 9"),
        (b"1\t2.0\tfine\r\n2\t2.0", "tweets_GroundTruth.txt, line 2: not id, rating and text"),
        (b"1\tgood\tfine", "line 1: not id, rating and text"),
    ],
)
def test_a_line_of_another_form_is_refused(script: ModuleType, raw: bytes, words: str) -> None:
    with pytest.raises(script.PrepareError, match=words):
        script.parse("tweet", raw)


def test_a_rule_that_cannot_be_meant_is_refused(script: ModuleType) -> None:
    with pytest.raises(ValueError, match="--threshold"):
        script.Rule(threshold=0)
    with pytest.raises(ValueError, match="--per-domain"):
        script.Rule(per_domain=1)


def test_the_command_writes_the_same_bytes_twice_and_reports_a_line_a_domain(
    tmp_path: Path,
    script: ModuleType,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path, sha256 = sdist(tmp_path, all_four(script))

    codes = [script.main([str(path), str(tmp_path / name), "--seed", "3"], sha256) for name in "ab"]

    assert codes == [0, 0]
    for domain in script.GROUND_TRUTH:
        first, second = ((tmp_path / name / f"{domain}.jsonl").read_bytes() for name in "ab")
        assert first == second
        rows = [json.loads(line) for line in first.decode().splitlines()]
        assert {tuple(row) for row in rows} == {("id", "input", "target", "domain")}
    assert capsys.readouterr().out.count("sentences, ") == 8


def test_the_command_says_what_is_wrong_in_one_line(
    tmp_path: Path, script: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    code = script.main([str(tmp_path / "none.tar.gz"), str(tmp_path / "out")])

    assert code == 1
    assert capsys.readouterr().err.startswith("error: ")
    assert not (tmp_path / "out").exists()
