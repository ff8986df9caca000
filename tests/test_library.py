from collections.abc import Iterator
from pathlib import Path

import pytest

from fedbbpt import library
from fedbbpt.errors import ConfigError
from fedbbpt.labels import colliding
from fedbbpt.library import Entry, Exemplar, ExemplarSet, LabelWords, SlotLibrary
from fedbbpt.library.templates import fill, misspelt


def own_file(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def complaint(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        library.load(path)
    return str(caught.value)


def packaged_entries() -> Iterator[tuple[str, str]]:
    """Yield text and source of everything that ships."""
    for name in library.names():
        loaded = library.load(name)
        for entry in (*loaded.instructions, *loaded.inputs, *loaded.hints):
            yield entry.text, entry.source
        for words in loaded.wordings:
            yield "\n".join(word for _, word in words.words), words.source
        for exemplars in loaded.exemplar_sets:
            yield "\n".join(item.input for item in exemplars.items), exemplars.source
    for name in library.bank_names():
        for prompt in library.load_bank(name):
            yield prompt.system, prompt.source
            yield prompt.user, prompt.source


def test_every_packaged_library_loads_and_offers_something() -> None:
    loaded = {name: library.load(name) for name in library.names()}

    assert set(loaded) == {"classification", "reasoning", "sentiment"}
    assert len(loaded["classification"].instructions) >= 12
    assert len(loaded["classification"].inputs) >= 6
    assert len(loaded["classification"].hints) >= 6
    assert len(loaded["sentiment"].instructions) >= 8
    assert len(loaded["sentiment"].wordings) >= 5


def test_every_packaged_bank_loads_with_a_name_for_each_prompt() -> None:
    banks = {name: library.load_bank(name) for name in library.bank_names()}

    entries = banks["classification"]
    assert len(entries) >= 16
    assert len({entry.name for entry in entries}) == len(entries)
    assert all("{labels}" in entry.system + entry.user for entry in entries)


def test_every_packaged_entry_has_a_source() -> None:
    unnamed = [text for text, source in packaged_entries() if not source.strip()]

    assert not unnamed


def test_no_packaged_text_ends_a_line_or_begins_or_ends_with_blanks() -> None:
    texts = [text for text, _ in packaged_entries()]

    blank = [t for t in texts if any(line != line.rstrip() for line in t.split("\n"))]
    padded = [t for t in texts if t.strip() != t]

    assert not blank
    assert not padded


def test_no_packaged_library_says_the_same_twice() -> None:
    for name in library.names():
        loaded = library.load(name)

        assert library.merge([loaded]) == loaded


def test_packaged_words_tell_their_labels_apart_by_the_first_token() -> None:
    for words in library.load("sentiment").wordings:
        assert not colliding([word for _, word in words.words])


def test_packaged_exemplars_come_in_both_orders_and_cover_the_sizes() -> None:
    sets = [
        s
        for s in library.load("sentiment").exemplar_sets
        if {item.label for item in s.items} == {"negative", "positive"}
    ]

    assert sorted(len(s.items) for s in sets) == [2, 2, 4, 4]
    assert {s.items[0].label for s in sets} == {"negative", "positive"}
    assert all(2 * sum(i.label == "positive" for i in s.items) == len(s.items) for s in sets)


def test_a_file_of_ones_own_is_named_by_its_path(tmp_path: Path) -> None:
    path = own_file(tmp_path, '[[hint]]\ntext = "Be quick."\nsource = "me"\n')

    loaded = library.load(path)

    assert loaded == SlotLibrary(hints=(Entry("Be quick.", "me"),))
    assert library.load(str(path)) == loaded


def test_the_texts_of_a_wheel_come_before_those_of_a_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_file(tmp_path, '[[hint]]\ntext = "Be quick."\nsource = "me"\n')

    monkeypatch.setattr(library, "_IN_WHEEL", tmp_path)

    assert library.names() == ("own",)
    assert library.load("own").hints[0].text == "Be quick."


def test_an_installation_without_its_texts_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "_IN_WHEEL", tmp_path / "none")
    monkeypatch.setattr(library, "_IN_CHECKOUT", tmp_path / "none")

    with pytest.raises(ConfigError, match="install fedbbpt again"):
        library.load("sentiment")


def test_an_unknown_name_is_refused_with_the_closest_one() -> None:
    with pytest.raises(ConfigError, match=r"'sentimnt'.*did you mean 'sentiment'\?"):
        library.load("sentimnt")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "cannot be read" in complaint(tmp_path / "none.toml")


@pytest.mark.parametrize("text", ["[[hint", "\x00"])
def test_a_file_that_is_not_toml_is_said(tmp_path: Path, text: str) -> None:
    assert "not TOML" in complaint(own_file(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[instrction]]\ntext = "a"', "did you mean 'instruction'?"),
        (
            '[[hint]]\ntxt = "a"\nsource = "me"',
            "[[hint]] 1: 'txt' is unknown; did you mean 'text'?",
        ),
        ('[hint]\ntext = "a"', "double brackets"),
        ('hint = ["a"]', "[[hint]] 1: expected a table"),
        ('[[hint]]\ntext = "a"', "[[hint]] 1: source must be a text"),
        ('[[hint]]\ntext = "a"\nsource = " "', "source is blank"),
        ('[[hint]]\ntext = 3\nsource = "me"', "text must be a text"),
        ('[[hint]]\ntext = "a {input}"\nsource = "me"', "stands 1 times"),
        ('[[hint]]\ntext = "only {label}"\nsource = "me"', "did you mean '{labels}'?"),
        ('[[input]]\ntext = "a"\nsource = "me"', "[[input]] 1: {input} stands 0 times"),
        ('[[wording]]\nwords = { a = "b" }\nsource = "me"', "[[wording]] 1: write words"),
        ('[[wording]]\nwords = { a = "b", c = "" }\nsource = "me"', "words: c is blank"),
        ('[[exemplars]]\nname = "n"\nsource = "me"', "items must be a list of { input, label }"),
        (
            '[[exemplars]]\nname = "n"\nsource = "me"\nitems = [{input = "a", lable = "b"}]',
            "[[exemplars]] 1 items 1: 'lable' is unknown; did you mean 'label'?",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_by_place(tmp_path: Path, text: str, said: str) -> None:
    path = own_file(tmp_path, text)

    assert said in complaint(path)
    assert str(path) in complaint(path)


def test_a_second_place_for_the_input_is_refused_naming_the_entry(tmp_path: Path) -> None:
    good = '[[input]]\ntext = "{input}"\nsource = "me"\n'
    path = own_file(tmp_path, f'{good}[[input]]\ntext = "{{input}} {{input}}"\nsource = "me"\n')

    said = complaint(path)

    assert "[[input]] 2: {input} stands 2 times" in said
    assert "exactly once" in said


def test_a_merge_adds_and_drops_what_was_said_before() -> None:
    words = LabelWords((("a", "x"), ("b", "y")), "one")
    shown = ExemplarSet("first", (Exemplar("i", "a"),), "one")
    first = SlotLibrary(
        (Entry("s", "one"),), (Entry("{input}", "one"),), (words,), (Entry("h", "one"),), (shown,)
    )
    second = SlotLibrary(
        instructions=(Entry("s", "two"), Entry("t", "two")),
        wordings=(LabelWords(words.words, "two"),),
        exemplar_sets=(ExemplarSet("second", shown.items, "two"),),
    )

    merged = library.merge([first, second])

    assert [(e.text, e.source) for e in merged.instructions] == [("s", "one"), ("t", "two")]
    assert merged.wordings == (words,)
    assert merged.exemplar_sets == (shown,)
    assert library.merge([first]) == first
    assert library.merge([]) == SlotLibrary()


def test_filling_is_one_pass_so_that_values_stay_text() -> None:
    filled = fill("{topic} {labels} {input} {other}", topic="{labels}", labels="{topic} {input}")

    assert filled == "{labels} {topic} { input} {input} {other}"


def test_a_known_placeholder_is_never_called_misspelt() -> None:
    assert misspelt("{input} {topic} {labels} {json} {}") is None
    assert misspelt("{Topic}") is not None
