import asyncio

from virtual_time import run_virtually

from fedbbpt.endpoints.pacing.retry_budget import LONGEST_SECONDS, MOST, RetryBudget


async def spent(budget: RetryBudget, count: int) -> list[float]:
    """Return after how many seconds each of so many retries may go, all asked for at once."""
    clock = asyncio.get_running_loop().time
    begun = clock()

    async def one() -> float:
        await budget.spend()
        return clock() - begun

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one()) for _ in range(count)]
    return [task.result() for task in tasks]


def test_what_was_earned_goes_at_once_and_the_rest_waits_and_is_never_refused() -> None:
    waits = run_virtually(spent(RetryBudget(), 30))

    assert waits.count(0.0) == MOST
    assert len(waits) == 30
    assert max(waits) == LONGEST_SECONDS


def test_ten_requests_earn_one_retry() -> None:
    async def earning() -> list[float]:
        budget = RetryBudget()
        await spent(budget, int(MOST))
        waiting = asyncio.create_task(spent(budget, 3))
        await asyncio.sleep(0.1)
        for _ in range(21):
            budget.earn()
        return await waiting

    waits = run_virtually(earning())

    assert sorted(waits) == [0.5, 0.5, LONGEST_SECONDS]


def test_no_more_is_saved_up_than_the_most() -> None:
    budget = RetryBudget()
    for _ in range(10_000):
        budget.earn()

    waits = run_virtually(spent(budget, 12))

    assert waits.count(0.0) == MOST
