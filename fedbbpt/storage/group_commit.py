"""When written records reach the disk: in groups, forced by a thread beside the one that writes.

A write alone survives the death of the process. A power loss takes what was not forced yet: the
group under way and the one that fills meanwhile.
"""

import threading
from collections.abc import Callable

GROUP = 64
"""Records after which a group is forced at once."""

DELAY = 0.008
"""Seconds after which a small group is forced too: 10 ms, less what a thread's turn takes."""


class GroupCommit:
    """Counts records and forces them in groups. Law: none waits longer than ``DELAY`` for its turn.

    Args:
        force: make all that is written survive a power loss; called from several threads, never
            twice at once.

    Attributes:
        failure: why the disk refused; from then on nothing is forced any more, since the system may
            have dropped what it could not write, and would not say so again.
    """

    def __init__(self, force: Callable[[], None]) -> None:
        self.failure: OSError | None = None
        self._force = force
        self._changed = threading.Condition(threading.Lock())
        self._written = 0
        self._forced = 0
        self._forcing = False
        self._closing = False
        self._thread: threading.Thread | None = None

    def wrote(self) -> None:
        """Count a record; wait for the disk only where the group before is still under way."""
        # One thread alone writes, so its count needs no lock. What the other forces meanwhile only
        # lowers what waits, and the moments at which it wants to be woken come all the same.
        self._written += 1
        waiting = self._written - self._forced
        if 1 < waiting <= 2 * GROUP and waiting != GROUP:
            return
        with self._changed:
            if waiting > 2 * GROUP:
                self._changed.wait_for(self._has_room)
            else:
                self._changed.notify_all()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="group commit", daemon=True)
                self._thread.start()

    def force(self) -> None:
        """Make every record that was counted survive a power loss.

        Raises:
            OSError: the disk refuses, now or before.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._forcing)
            if self.failure is None and self._forced < self._written:
                self._force_group()
            if self.failure is not None:
                raise self.failure

    def close(self) -> None:
        """End the thread; what was not forced by then is not."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        with self._changed:
            while not self._closing and self.failure is None:
                self._changed.wait_for(lambda: self._closing or self._is_due())
                self._changed.wait_for(self._is_full, timeout=DELAY)
                if not self._closing and self._is_due():
                    self._force_group()

    def _force_group(self) -> None:
        """Force what is written by now; others may write meanwhile."""
        written, self._forcing = self._written, True
        self._changed.release()
        try:
            self._force()
        except OSError as error:
            self.failure = error
        finally:
            self._changed.acquire()
            self._forcing = False
        if self.failure is None:
            self._forced = written
        self._changed.notify_all()

    def _is_due(self) -> bool:
        return not self._forcing and self._forced < self._written

    def _is_full(self) -> bool:
        return self._closing or self._written - self._forced >= GROUP

    def _has_room(self) -> bool:
        waiting = self._written - self._forced
        return waiting <= 2 * GROUP or self.failure is not None
