import asyncio

import pytest

from fedbbpt.endpoints.pacing.shared_beginnings import SharedBeginnings


async def entered(gate: SharedBeginnings, beginnings: list[str]) -> list[str]:
    """Return the order in which visitors, arriving in the order given, were let in."""
    order: list[str] = []

    async def visit(beginning: str) -> None:
        async with gate.place(beginning):
            order.append(beginning)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        for beginning in beginnings:
            group.create_task(visit(beginning))
    return order


async def test_those_with_the_same_beginning_follow_each_other_then_by_arrival() -> None:
    order = await entered(SharedBeginnings(1), list("abcabcab"))

    assert "".join(order) == "aaabbbcc"


async def test_different_beginnings_keep_their_order() -> None:
    order = await entered(SharedBeginnings(2), list("fedcba"))

    assert "".join(order) == "fedcba"


@pytest.mark.parametrize("room", [1, 3])
async def test_never_more_are_inside_than_there_is_room(room: int) -> None:
    gate = SharedBeginnings(room)
    inside, most = 0, 0

    async def visit(beginning: str) -> None:
        nonlocal inside, most
        async with gate.place(beginning):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.001)
            inside -= 1

    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(visit(f"{number % 4}"))

    assert most == room


async def test_a_visitor_who_gives_up_leaves_the_place_to_the_next() -> None:
    gate = SharedBeginnings(1)
    await gate.enter("first")
    tired = asyncio.create_task(gate.enter("tired"))
    patient = asyncio.create_task(gate.enter("patient"))
    await asyncio.sleep(0)

    tired.cancel()
    await asyncio.sleep(0)
    gate.leave()
    await asyncio.wait_for(patient, 1)
    gate.leave()

    assert tired.cancelled()
    await asyncio.wait_for(gate.enter("later"), 1)


async def test_a_place_given_to_someone_who_is_cancelled_at_that_moment_is_passed_on() -> None:
    gate = SharedBeginnings(1)
    await gate.enter("first")
    unlucky = asyncio.create_task(gate.enter("unlucky"))
    await asyncio.sleep(0)

    gate.leave()
    unlucky.cancel()
    await asyncio.gather(unlucky, return_exceptions=True)

    await asyncio.wait_for(gate.enter("later"), 1)
