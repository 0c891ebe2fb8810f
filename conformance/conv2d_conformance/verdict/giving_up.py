"""When a run gives up: so many checks had no answer that nobody would wait for the rest."""

from __future__ import annotations

from dataclasses import dataclass

from conv2d_conformance.verdict.history import Ends

MOST_WAITS = 3
"""Checks that waited in vain for an answer: each takes all the time, or all the memory, that a call may use."""

MOST_DEATHS = 20
"""Checks that killed the process: each costs the start of a process."""

MOST_WITHOUT_AN_ANSWER = 2
"""Checks without an answer, if no call was ever answered."""


@dataclass
class GivingUp:
    """Decides when a run gives up. `gave_up` says what happened before it did.

    It counts checks, not calls, since reducing one failure takes many calls. So every run gives up at the same place,
    however long its calls take.
    """

    keep_going: bool = False
    gave_up: str | None = None
    _waits: int = 0
    _deaths: int = 0

    def check_ended(self, before: Ends, now: Ends, *, answered: bool) -> None:
        """Count a check that was not `answered`, by how the processes ended since `before`."""
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
