"""When a run gives up: so much was without an answer that nobody would wait for the rest."""

from __future__ import annotations

from dataclasses import dataclass

from conv2d_conformance.verdict.history import Ends

MOST_WAITS = 3
"""Checks that waited for an answer in vain: each takes all the time, or all the memory, that a call is allowed."""

MOST_DEATHS = 20
"""Checks that killed the process: each takes as long as a process takes to start."""

MOST_WITHOUT_AN_ANSWER = 2
"""Checks, where no call was ever answered."""


@dataclass
class GivingUp:
    """Of an answer to what is left to ask. `gave_up` says after what it is lost.

    It counts checks, which meet calls of their own, and not calls: to reduce one failure takes many. What a run gives
    up is so the same at each run, however long its calls take.
    """

    keep_going: bool = False
    gave_up: str | None = None
    _waits: int = 0
    _deaths: int = 0

    def check_ended(self, before: Ends, now: Ends, *, answered: bool) -> None:
        """Take notice of a check that was not `answered`, by how the processes ended since `before`."""
        if answered or self.keep_going or self.gave_up:
            return
        self._waits += now.waits > before.waits
        self._deaths += now.deaths > before.deaths and now.waits == before.waits
        lost = self._waits + self._deaths
        if not now.answered and lost >= MOST_WITHOUT_AN_ANSWER:
            self.gave_up = f"{lost} checks without an answer to any call"
        elif self._waits >= MOST_WAITS:
            self.gave_up = f"{self._waits} checks that waited in vain for an answer"
        elif self._deaths >= MOST_DEATHS:
            self.gave_up = f"{self._deaths} checks in which the process died"
