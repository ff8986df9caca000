from dataclasses import replace

from fedbbpt.endpoints import Profile
from fedbbpt.endpoints.pacing.limiters import Limiters
from fedbbpt.secret import Secret

PLACE = Profile("a", "https://here/v1", "identity", "small", 0, 8, local=False, key=Secret("k1"))


def test_owners_with_one_address_model_and_key_share_a_limiter_whatever_else_differs() -> None:
    other = replace(PLACE, name="b", identity="another", concurrency=3, top_logprobs=20)
    limiters = Limiters([PLACE, other])

    assert limiters.of(PLACE) is limiters.of(other)


def test_another_address_model_or_key_has_a_limiter_of_its_own() -> None:
    profiles = [
        PLACE,
        replace(PLACE, destination="https://there/v1"),
        replace(PLACE, model="large"),
        replace(PLACE, key=Secret("k2")),
        replace(PLACE, key=None),
    ]
    limiters = Limiters(profiles)

    assert len({id(limiters.of(profile)) for profile in profiles}) == len(profiles)


def test_the_least_that_any_of_them_allows_counts() -> None:
    limiters = Limiters([PLACE, replace(PLACE, concurrency=2)])

    assert limiters.of(PLACE).limit == 2


def test_functions_in_this_process_begin_all_at_once() -> None:
    place = replace(PLACE, concurrency=32)

    assert Limiters(steady=True).of(place).limit == 32
    assert Limiters().of(place).limit == 4


def test_a_key_is_never_shown() -> None:
    assert "k1" not in f"{PLACE}{PLACE!r}"
