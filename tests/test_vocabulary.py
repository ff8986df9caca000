from pathlib import Path

import pytest

from fedbbpt.errors import ConfigError
from fedbbpt.library.vocabulary import load_words, word_list_names


def own(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_packaged_list_is_long_enough_for_the_published_setting() -> None:
    lists = {name: load_words(name) for name in word_list_names()}

    assert "common" in lists
    assert all(len(words) == len(set(words)) >= 200 for words in lists.values())
    assert all(word == word.casefold() for words in lists.values() for word in words)


def test_an_own_list_is_read_by_its_path_and_repeats_are_dropped(tmp_path: Path) -> None:
    path = own(tmp_path, '[[words]]\nsource = "me"\nitems = ["b", "a", "b", "two words"]\n')

    assert load_words(path) == ("b", "a", "two words")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", r"no \[\[words\]\] table"),
        ('[[words]]\nsource = "me"\nitems = []', "the list is empty"),
        ('[[words]]\nsource = "me"\nitems = "a b"', "items must be a list of texts"),
        ('[[words]]\nsource = "me"\nitems = [1]', "items must be a list of texts"),
        ('[[words]]\nitems = ["a"]', "source"),
        ('[[words]]\nsource = "me"\nitems = ["{x}"]', "own.toml: words: .* means something"),
        ('[[wrods]]\nitems = ["a"]', "wrods"),
    ],
)
def test_a_list_that_cannot_be_meant_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_words(own(tmp_path, text))


def test_an_unknown_list_is_answered_with_the_closest() -> None:
    with pytest.raises(ConfigError, match=r"named 'comon'.*common"):
        load_words("comon")
