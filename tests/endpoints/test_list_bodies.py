"""One reply to a list, taken apart."""

from chat_server import ASKED, CHOICE
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.endpoints.wire.lists import replies_of, shares


def choice(index: int) -> dict[str, object]:
    return {**CHOICE, "index": index}


@given(
    total=st.integers(0, 10**6), weights=st.lists(st.integers(1, 10**4), min_size=1, max_size=40)
)
def test_shares_add_up_and_each_is_within_one_of_its_weights(
    total: int, weights: list[int]
) -> None:
    shared = shares(total, weights)

    assert sum(shared) == total
    for share, weight in zip(shared, weights, strict=True):
        assert share >= 0
        assert abs(share - total * weight / sum(weights)) < 1


def test_choices_are_put_in_order_by_their_numbers() -> None:
    reply = {"choices": [choice(1), choice(0)], "model": "m"}

    first, second = replies_of(reply, [ASKED, ASKED])

    assert first["choices"] == [choice(0)]
    assert second["choices"] == [choice(1)]
    assert first["model"] == "m"
