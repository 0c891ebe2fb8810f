"""One change from a report to another, and all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Direction = Literal["worse", "better", "appeared", "vanished", "changed"]
DIRECTIONS: tuple[Direction, ...] = ("worse", "better", "appeared", "vanished", "changed")
"""In the order in which they are told. What is `changed` is neither better nor worse."""

ChangeKind = Literal["outcome", "verdict", "accuracy", "margin", "fingerprint"]


@dataclass(frozen=True)
class ReportChange:
    """What was so in the old report, and is otherwise in the new one.

    subject: a requirement, a dtype, or a probe of the fingerprint. old, new: what each report says; "" where it says
    nothing. level: of the requirement, else "".
    """

    direction: Direction
    kind: ChangeKind
    subject: str
    old: str
    new: str
    level: str = ""


@dataclass(frozen=True)
class ReportChanges:
    """All changes, and what makes the two reports hard to compare, in sentences. unchanged: requirements."""

    old: str
    new: str
    unequal: tuple[str, ...]
    changes: tuple[ReportChange, ...]
    unchanged: int

    @property
    def regressions(self) -> tuple[ReportChange, ...]:
        return tuple(change for change in self.changes if change.direction == "worse")
