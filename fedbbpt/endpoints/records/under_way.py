"""Attempts under way over one journal: how many, and when all of them have landed."""

import asyncio

from fedbbpt.errors import EndpointError


class UnderWay:
    """Lets attempts land that may be billed, while none begins, after an endpoint refused for good.

    Law: between ``hold`` and ``lift`` the number of attempts under way never grows.
    """

    __slots__ = ("_awaiting", "_count", "_refusals")

    def __init__(self) -> None:
        self._count = 0
        self._refusals: list[EndpointError] = []
        self._awaiting: list[asyncio.Future[None]] = []

    def begin(self) -> None:
        """Count one more attempt; ``end`` must follow.

        Raises:
            EndpointError: an endpoint refused for good and the others land; nothing may begin.
        """
        if self._refusals:
            raise EndpointError(str(self._refusals[0]))
        self._count += 1

    def end(self) -> None:
        """Count one attempt less; its outcome is recorded."""
        self._count -= 1
        if not self._count:
            for one in self._awaiting:
                if not one.done():
                    one.set_result(None)
            self._awaiting.clear()

    def hold(self, refusal: EndpointError) -> None:
        """From now on let nothing begin."""
        self._refusals.append(refusal)

    def lift(self, refusal: EndpointError) -> None:
        """Take ``hold`` back."""
        self._refusals.remove(refusal)

    async def landed(self) -> None:
        """Wait until nothing is under way; each attempt ends within its own time limit."""
        if self._count:
            landing = asyncio.get_running_loop().create_future()
            self._awaiting.append(landing)
            await landing
