from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.storage.offsets import Offsets


class Twin(str):
    """A key whose hash is that of all others of its kind."""

    __slots__ = ()

    def __hash__(self) -> int:
        return 1


@given(st.dictionaries(st.text(max_size=6), st.integers(1, 2**62), max_size=60))
def test_what_was_added_is_found_and_nothing_else(known: dict[str, int]) -> None:
    offsets = Offsets()
    for key, offset in known.items():
        offsets.add(key, offset)

    found = {key: list(offsets.find(key)) for key in known}

    assert found == {key: [offset] for key, offset in known.items()}
    assert list(offsets.find("never added")) == []
    assert len(offsets) == len(known)


def test_thousands_of_keys_are_found_after_the_table_grew() -> None:
    offsets = Offsets()
    for number in range(1, 5001):
        offsets.add(f"key {number}", number)

    assert all(list(offsets.find(f"key {number}")) == [number] for number in range(1, 5001))
    assert list(offsets.find("key 5001")) == []


def test_keys_with_the_same_hash_are_all_candidates() -> None:
    offsets = Offsets()
    for number in range(1, 900):
        offsets.add(Twin(number), number)

    assert sorted(offsets.find(Twin("any"))) == list(range(1, 900))
