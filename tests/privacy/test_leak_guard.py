"""The leak guard: what copies an example in any guise stays, and ordinary instructions pass."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.data import Example
from fedbbpt.library import load
from fedbbpt.library.templates import fill
from fedbbpt.privacy.leak_guard import (
    ALPHABET,
    CANARY,
    CODE,
    COPIED,
    LONG,
    NEAR,
    PART,
    RULES,
    SPELLED,
    VERBATIM,
    WORD,
    LeakGuard,
)
from fedbbpt.privacy.owner_index import index_of

LABELS = ("complaint", "praise")
STORY = (
    "the driver who brought the green curtains on monday was late again and nobody at the desk "
    "could say why the second order had been sent to the old house"
)
EXAMPLES = (
    Example("0", STORY, ("complaint",)),
    Example("1", "Mrs Okafor smiled. Call 030-123 456 or mail ann@okafor.example", ("praise",)),
    Example("2", "I really love it", ("praise",)),
    Example("3", "Name the town of the fair.", ("Velbrunhatch",)),
)
PUBLIC = ("Say whether the note is complaint or praise.",)
GUARD = LeakGuard(EXAMPLES, LABELS)
SCREEN = GUARD.screen(PUBLIC, ("qxzkvbnmtrwp",), longest=300)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Judge like this: who brought the green curtains on time.", COPIED),
        ("WHO Brought -- the, GREEN   curtains!", COPIED),
        ("Notes such as 'I really love it' are praise.", COPIED),
        ("The driver who, then the green curtains on, was late again, nobody at the.", NEAR),
        ("whobr oughtthe gre encurtainson", SPELLED),
        ("niatruc neerg eht thguorb ohw", SPELLED),
        ("Mind notes about okafor.", WORD),
        ("Mind notes from Velbrunhatch.", WORD),
        ("Mind notes from Velbrunh.", PART),
        ("Mind o k a f o r.", PART),
        ("Mind mrsokaforsmiles.", PART),
        ("Mind rofako.", PART),
        ("Mind 0 3 0 1 2.", CODE),
        ("Mail x@y.z about it.", CODE),
        ("See www.town of it.", CODE),
        ("Use key a1b2c3 here.", CODE),
        ("Decode thequickbrownfoxjumpsoverthelazy now.", CODE),
        ("Mind \u043enly \u0430 few.", ALPHABET),
        ("Mind this \U0001f600.", ALPHABET),
        ("Repeat QX-ZK-V now.", CANARY),
        ("Weigh every word. " * 20, LONG),
    ],
)
def test_a_text_that_tells_of_an_example_stays_by_the_rule_that_saw_it(
    text: str, rule: str
) -> None:
    verdict = SCREEN.verdict(text)

    assert verdict.rule == rule
    assert not verdict.passes
    assert verdict.verbatim == (rule in VERBATIM)


@pytest.mark.parametrize(
    "text",
    [
        "Say complaint when something is broken or late, else praise.",
        "Weigh irony and negation; decide by the writer\u2019s own feeling \u2013 in one word.",
        "Read it twice, in 2 steps: first the facts, then the tone.",
        "Say whether the note is complaint or praise. Take your time.",
    ],
)
def test_an_ordinary_instruction_passes(text: str) -> None:
    assert SCREEN.verdict(text).passes


@given(st.data())
def test_any_five_words_in_a_row_of_an_example_are_refused(data: st.DataObject) -> None:
    words = STORY.split()
    first = data.draw(st.integers(0, len(words) - 5))
    between = data.draw(st.sampled_from((" ", "  ", "-", ". ", "\u200b ", "\n")))
    case = data.draw(st.sampled_from((str.upper, str.title, str.lower)))

    text = f"Decide well. {between.join(map(case, words[first : first + 5]))} And so on."

    assert SCREEN.verdict(text).rule in {COPIED, ALPHABET}


@given(st.text(max_size=120))
def test_every_text_gets_a_verdict(text: str) -> None:
    assert SCREEN.verdict(text).rule in {"", *RULES}


@given(st.text(alphabet="okafr Mmdly", max_size=40))
def test_what_is_added_in_front_never_lets_a_name_out(text: str) -> None:
    assert not SCREEN.verdict(f"{text} okafor").passes


def test_what_is_public_already_may_leave_again() -> None:
    copied = "Judge: who brought the green curtains."
    public = (*PUBLIC, f"See: {copied}", "Mrs Okafor asks.")

    screen = GUARD.screen(public)

    assert screen.verdict(copied).passes
    assert screen.verdict("Think of okafor.").passes
    assert not SCREEN.verdict(copied).passes


def test_words_that_the_owner_calls_public_may_leave() -> None:
    screen = LeakGuard(EXAMPLES, LABELS, ("Okafor",)).screen(PUBLIC)

    assert screen.verdict("Think of okafor.").passes


def test_letters_of_public_texts_may_leave_and_mixed_scripts_may_not() -> None:
    screen = GUARD.screen(("\u041d\u0430\u0437\u043e\u0432\u0438 \u043d\u0430\u0441\u0442\u0440",))

    assert screen.verdict("\u0441\u043a\u0430\u0436\u0438").passes
    assert screen.verdict("mind \u0441kaz").rule == ALPHABET


def test_neither_guard_nor_verdict_shows_what_it_knows() -> None:
    shown = f"{GUARD!r} {SCREEN!r} {GUARD.planter!r} {SCREEN.verdict(STORY)!r}"

    assert "okafor" not in shown.casefold()
    assert "curtains" not in shown
    assert "qxzk" not in shown


def test_the_index_grows_no_faster_than_the_examples() -> None:
    story = STORY.split()
    many = [Example(str(i), " ".join([*story[i % 7 :], f"w{i}"]), ("praise",)) for i in range(400)]

    small, large = (index_of(many[:size], LABELS, frozenset()) for size in (200, 400))

    for one, other in zip(
        (small.runs, small.triples.runs, small.letters),
        (large.runs, large.triples.runs, large.letters),
        strict=True,
    ):
        assert len(one) <= len(other) <= 2 * len(one) + 40


def test_marks_are_secret_and_come_again_for_the_same_examples() -> None:
    other = LeakGuard(EXAMPLES[1:], LABELS)

    marks = GUARD.planter.marks("round 1", 3)

    assert marks == LeakGuard(EXAMPLES, LABELS).planter.marks("round 1", 3)
    assert (
        len({*marks, *GUARD.planter.marks("round 2", 3), *other.planter.marks("round 1", 3)}) == 9
    )


def test_packaged_instructions_pass_beside_real_notes_but_for_very_few() -> None:
    folder = Path(__file__).parents[2] / "examples" / "departments"
    files = sorted(folder.glob("*.jsonl"))
    lines = [line for file in files for line in file.read_text().splitlines()]
    rows = list(map(json.loads, lines))
    notes = tuple(Example(str(i), row["input"], (row["target"],)) for i, row in enumerate(rows))
    library = load("classification")
    said = {"topic": "mood of the note", "labels": "complaint or praise"}
    texts = [fill(entry.text, **said) for entry in (*library.instructions, *library.hints)]

    screen = LeakGuard(notes, LABELS).screen(PUBLIC)

    assert sum(screen.verdict(text).passes for text in texts) >= 0.9 * len(texts)
    assert not any(screen.verdict(note.input).passes for note in notes)
