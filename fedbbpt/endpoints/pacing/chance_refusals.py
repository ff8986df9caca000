"""Refusals that come whatever the pace is: how many of them there are, so that none slows it."""

import math

from fedbbpt.endpoints.pacing.stretches import Stretch, explained

CUT = 4.0
"""A pace so many times slower shows whether refusals depend on it."""

ODDS = math.log(10_000.0)
"""Refusals count as chance where that explains them so many times better."""

LOW_ATTEMPTS = 12
"""Attempts at the slower pace before anything is concluded."""

SETTLING_SECONDS = 10.0
SETTLING_ATTEMPTS = 8
"""After the cut; others who share the key need the time to slow down too."""

LEAST_SHARE = 0.15
"""Less than this cannot be told from what others who share a key cause."""

MARGIN = 1.15
MARGIN_ADDED = 0.02
CREDIT = 10.0
"""Refusals that may follow each other before they are more than chance."""

MEMORY_ATTEMPTS = 1000
MEMORY_SECONDS = 1800.0
"""What is remembered of attempts at other paces."""

BLOCK = 100
"""Attempts after which a share that has become less is noticed."""

TRIAL = 24
FIRST_TRIAL = 400
LAST_TRIAL = 3200
"""Attempts at the slower pace that test the share again, and those between two such trials."""


class ChanceRefusals:
    """The share of attempts that is refused whatever the pace is.

    A grant refuses the share 1 - grant / rate of the attempts, which a fourfold cut changes much.
    Where after such a cut one share explains the refusals at all paces better than any grant does,
    by the ratio of the likelihoods, it is chance. It is then expected, and only what goes beyond
    it is a reason to slow down. It is taken back as soon as fewer are refused, and tried again at
    a slower pace now and then.

    Attributes:
        share: of attempts, in [0, 0.9]; 0 where refusals depend on the pace.
        trying: whether a trial asks for the slower pace.
    """

    __slots__ = (
        "_block",
        "_credit",
        "_since",
        "_stretches",
        "_trial",
        "_trial_after",
        "share",
        "trying",
    )

    def __init__(self) -> None:
        self.share = 0.0
        self.trying = False
        self._stretches: list[Stretch] = []
        self._credit = 0.0
        self._block = Stretch(0.0, 0.0)
        self._trial = Stretch(0.0, 0.0)
        self._trial_after = FIRST_TRIAL
        self._since = 0

    @property
    def fastest(self) -> float:
        """Return the fastest pace that is remembered, in attempts a second; 0 for none."""
        return max((one.rate for one in self._stretches), default=0.0)

    def paced(self, rate: float, now: float) -> None:
        """Note that attempts begin at another pace from now on."""
        self._stretches.append(Stretch(rate, now))
        ones, attempts = self._stretches, sum(one.attempts for one in self._stretches)
        while attempts > MEMORY_ATTEMPTS or now - ones[0].begun > MEMORY_SECONDS:
            if len(ones) == 1:
                break
            attempts -= ones.pop(0).attempts

    def began(self, rate: float, now: float) -> None:
        """Count an attempt that begins at ``rate`` attempts a second."""
        if not self._stretches or rate > 1.5 * self._stretches[-1].rate:
            self.paced(rate, now)
        self._stretches[-1].attempts += 1
        if not self.share:
            return
        self._credit = min(CREDIT, self._credit + MARGIN * self.share + MARGIN_ADDED)
        self._block.attempts += 1
        if self._block.attempts == BLOCK:
            self._lower(self._block)
            self._block = Stretch(0.0, now)
        self._try(now)

    def refused(self, begun: float) -> bool:
        """Count a refusal; return whether it is more than chance.

        Args:
            begun: when the refused attempt began.
        """
        for stretch in reversed(self._stretches):
            if stretch.begun <= begun:
                stretch.refused += 1
                stretch.attempts = max(stretch.attempts, stretch.refused)
                break
        if not self.share:
            return True
        self._block.refused += 1
        if self.trying and begun >= self._trial.begun:
            self._trial.refused += 1
        if self._credit < 1:
            return True
        self._credit -= 1
        return False

    def judged(self, now: float, rate: float) -> float:
        """Return the pace after a refusal that is more than chance, judging all that is known.

        Args:
            now: the present.
            rate: the pace to which the refusal would cut.

        Returns:
            ``rate``; or, once it is certain that a cut changes nothing, the fastest pace since the
            refusals began that is not too fast anyway.
        """
        present, fastest = self._stretches[-1].rate, self.fastest
        first, settled = self._settled(fastest)
        low = [one for one in settled if one.rate <= fastest / CUT]
        asked, refused = sum(one.attempts for one in low), sum(one.refused for one in low)
        if asked < LOW_ATTEMPTS or refused < LEAST_SHARE * asked:
            return rate
        found = explained([*first, *settled])
        if found.odds < ODDS:
            return rate
        self.share = found.share
        self._credit, self._since, self._trial_after = CREDIT, 0, FIRST_TRIAL
        self._block, self.trying = Stretch(0.0, now), False
        self._stretches = []
        return max(min(fastest, found.grant), present)

    def _settled(self, fastest: float) -> tuple[list[Stretch], list[Stretch]]:
        """Return the stretches before the cut, and those that are long enough after it."""
        ones = self._stretches
        top = max(at for at, one in enumerate(ones) if one.rate == fastest)
        low = next((at for at in range(top, len(ones)) if ones[at].rate <= fastest / CUT), None)
        if low is None:
            return ones, []
        after, since = low, ones[low].begun + SETTLING_SECONDS
        asked = 0
        while after < len(ones) and (ones[after].begun < since or asked < SETTLING_ATTEMPTS):
            asked += ones[after].attempts
            after += 1
        return ones[:low], ones[after:]

    def _try(self, now: float) -> None:
        """Begin or end a trial where it is time for it."""
        if self.trying:
            self._trial.attempts += 1
            if self._trial.attempts > TRIAL:
                self._lower(self._trial)
                self.trying, self._since = False, 0
                self._trial_after = min(2 * self._trial_after, LAST_TRIAL)
            return
        self._since += 1
        if self._since >= self._trial_after:
            self.trying, self._trial = True, Stretch(0.0, now)

    def _lower(self, seen: Stretch) -> None:
        """Take the share back as far as what was seen says for certain."""
        most = (seen.refused + 1 + math.sqrt(seen.refused)) / seen.attempts
        self.share = min(self.share, most) if most >= LEAST_SHARE else 0.0
        if not self.share:
            self.trying = False
