"""How long to wait for an answer. A busy machine is not the fault of the implementation.

An idle call ends at its limit: it hangs. A working call may go on until it has used the processor time that it is
allowed. If even that takes many times the limit, nobody can tell why, and the call ends all the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

from conv2d_conformance.implementation.processor_usage import Usage

End = Literal["late", "idle", "spent", "starved"]
"""How time ran out. Late: unknown. Idle: nothing was done. Spent: the allowance was. Starved: the machine was busy."""

USUAL_TIMEOUT = 10.0
"""Seconds for a call, plus a share that depends on its size."""

LONGEST_WAIT = 30
"""In limits: a machine that does not give a call its processor time in this long cannot judge it."""

WINDOW = 1.0
"""The last seconds of the limit, or a quarter of it if that is less, in which work is looked for."""

SHARE_OF_WORK = 0.1
"""A process that wants a processor for less of the window than this only polls."""

Look = Callable[[], Usage | None]
Clock = Callable[[], float]


class Patience:
    """How long to wait for one call, started now or at clock time `since`, with `limit` seconds to answer.

    A process still computing may continue until it has also used `allowance` seconds of processor time. Short calls are
    not looked at: what they use in their first moments is not counted.
    """

    def __init__(
        self,
        limit: float,
        allowance: float,
        look: Look,
        clock: Clock = time.monotonic,
        *,
        since: float | None = None,
    ) -> None:
        self.limit, self.allowance = limit, allowance
        self.used = 0.0
        self._look, self._clock = look, clock
        self._window = min(WINDOW, limit / 4)
        self._start = clock() if since is None else since
        self._next = self._start + self._window
        self._first: Usage | None = None
        self._latest: Usage | None = None
        self._looked = clock()

    @property
    def waited(self) -> float:
        """Seconds since the call began."""
        return self._clock() - self._start

    def next_look(self) -> float:
        """Seconds until the next look: looks come soon after the start, shortly before the limit, and from then on."""
        return max(0.0, self._next - self._clock())

    def end(self) -> End | None:
        """Why the wait is over; None while it goes on."""
        now, limit = self._clock(), self._start + self.limit
        if now < self._next:
            return None
        before, self._latest = self._latest, self._look()
        since, self._looked = now - self._looked, now
        self._first = self._first or self._latest
        if self._first and self._latest:
            self.used = max(0.0, self._latest.used - self._first.used)
        if now < limit:
            self._next = limit - self._window if now < limit - self._window else limit
            return None
        self._next = now + self._window
        if self._latest is None:
            return "late"
        if min(self.used, now - self._start) >= self.allowance:
            return "spent"
        if before is not None and _is_idle(before, self._latest, since):
            return "idle"
        return "starved" if now - self._start >= LONGEST_WAIT * self.limit else None


def _is_idle(before: Usage, after: Usage, seconds: float) -> bool:
    # A thread that ended meanwhile takes what it wanted along: the sum may be less than before, and says nothing.
    return not after.at_work and 0 <= after.wanted - before.wanted < SHARE_OF_WORK * seconds
