import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.endpoints.records.under_way import UnderWay
from fedbbpt.errors import EndpointError

REFUSAL = EndpointError("401: check the key")


@given(st.lists(st.sampled_from(["begin", "end", "hold", "lift"])))
def test_between_hold_and_lift_the_number_under_way_never_grows(steps: list[str]) -> None:
    under_way, count, held = UnderWay(), 0, 0

    for step in steps:
        match step:
            case "begin" if held:
                with pytest.raises(EndpointError, match="401: check the key"):
                    under_way.begin()
            case "begin":
                under_way.begin()
                count += 1
            case "end" if count:
                under_way.end()
                count -= 1
            case "hold":
                under_way.hold(REFUSAL)
                held += 1
            case "lift" if held:
                under_way.lift(REFUSAL)
                held -= 1


async def test_landing_waits_for_the_last_attempt_and_for_nobody_where_none_is_under_way() -> None:
    under_way = UnderWay()
    await under_way.landed()
    under_way.begin()
    under_way.begin()

    first, second = (asyncio.create_task(under_way.landed()) for _ in range(2))
    await asyncio.sleep(0)
    under_way.end()
    await asyncio.sleep(0)
    early = first.done()
    under_way.end()
    await asyncio.gather(first, second)

    assert not early


async def test_whoever_stops_waiting_leaves_the_others_waiting() -> None:
    under_way = UnderWay()
    under_way.begin()
    first, second = (asyncio.create_task(under_way.landed()) for _ in range(2))
    await asyncio.sleep(0)

    first.cancel()
    await asyncio.sleep(0)
    under_way.end()
    await second

    assert first.cancelled()
