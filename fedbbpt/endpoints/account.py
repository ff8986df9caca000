"""Running totals of a journal, and the room that batches under way hold under the caps."""

from collections.abc import Iterable, Mapping

from fedbbpt.completions import Usage
from fedbbpt.endpoints.ledger import Caps, Ledger, Spend, check_caps


class Account:
    """Follows the records of one journal, one by one; shared by all endpoints over it.

    An attempt is *open* from its intent to its end. A promise holds room for the first attempt at a
    request, and becomes that attempt when the intent is written. Promises die with the process.
    """

    def __init__(self) -> None:
        self._open: dict[str, list[int]] = {}
        self._promised: dict[str, int] = {}
        self._promised_tokens = 0
        self._calls = 0
        self._failed = 0
        self._usage = Usage()
        self._doubtful = 0
        self._doubtful_tokens = 0

    @property
    def ledger(self) -> Ledger:
        """The totals so far."""
        return Ledger(
            calls=self._calls,
            possibly_billed=self._doubtful,
            prompt_tokens=self._usage.prompt_tokens,
            completion_tokens=self._usage.completion_tokens,
            failed=self._failed,
            possibly_billed_tokens=self._doubtful_tokens,
        )

    @property
    def promised(self) -> Spend:
        """The room held for first attempts not yet made."""
        return Spend(len(self._promised), self._promised_tokens)

    def reserve(self, caps: Caps, needs: Mapping[str, int]) -> None:
        """Promise one attempt to each key, or change nothing.

        Args:
            caps: the most that may be spent.
            needs: worst tokens by key; keys that hold a promise already need nothing.

        Raises:
            BudgetError: they do not all fit.
        """
        new = {key: worst for key, worst in needs.items() if key not in self._promised}
        tokens = sum(new.values())
        check_caps(caps, self.ledger, self.promised, Spend(len(new), tokens))
        self._promised.update(new)
        self._promised_tokens += tokens

    def release(self, keys: Iterable[str]) -> None:
        """Take back the promises of ``keys`` that led to no attempt."""
        for key in keys:
            self._promised_tokens -= self._promised.pop(key, 0)

    def intend(self, key: str, worst: int) -> None:
        """Count an attempt that is about to be made and may cost ``worst`` tokens."""
        self.release((key,))
        self._open.setdefault(key, []).append(worst)
        self._doubtful += 1
        self._doubtful_tokens += worst

    def complete(self, key: str, usage: Usage) -> None:
        """Count a completion; it settles one open attempt."""
        worst = self._settle(key)
        self._calls += 1
        self._usage += usage
        if usage == Usage():
            self._doubtful_tokens += worst

    def fail(self, key: str, *, billed: bool) -> None:
        """Count a failed attempt; unless possibly billed, it settles one open attempt."""
        self._failed += 1
        if not billed:
            self._settle(key)

    def doubt(self) -> None:
        """Count a record that cannot be read: it may have been an intent."""
        self._doubtful += 1

    def _settle(self, key: str) -> int:
        attempts = self._open.get(key)
        if attempts is None:
            return 0  # its intent stands in a damaged record, which ``doubt`` counts
        worst = attempts.pop()
        if not attempts:
            del self._open[key]
        self._doubtful -= 1
        self._doubtful_tokens -= worst
        return worst
