"""The record of what one check saw, which travels between processes and is kept on disk."""

from __future__ import annotations

from dataclasses import dataclass

from conv2d_conformance.environment import Lack
from conv2d_conformance.typed_json import ABSENT, Absent
from conv2d_conformance.verdict.failure import Failure
from conv2d_conformance.verdict.judgement import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """The largest error as a share of its bound, with its case and element."""

    share_of_bound: float
    element: tuple[int, ...]
    case: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the answers for one dtype, or for its gradients, have shown one check of the accuracy.

    broken_by: for every class that does not hold the first case that broke it. named: the classes whose arithmetic the
    answers show. margins: by class. excess: how many times as large as the bound of A-tc an error is. fixed, bounded:
    elements of evidence that no order can round, and that are held to a bound.
    """

    broken_by: dict[str, str]
    named: tuple[str, ...]
    margins: dict[str, Margin]
    excess: float
    fixed: int
    bounded: int


@dataclass(frozen=True, kw_only=True)
class RejectedCalls:
    """Rejections of one kind: the message and the case of the first one, and their number."""

    type: str
    message: str
    legal: bool
    case: str
    times: int


@dataclass(frozen=True, kw_only=True)
class JudgedRejections(RejectedCalls):
    """The rejections of one kind in all checks; `suspicious` if a fault of the worker itself would read like that."""

    suspicious: bool


@dataclass(frozen=True, kw_only=True)
class Record:
    """What one check saw: from the records of all of them follows a report.

    digests: of the distinct cases with evidence. without_evidence: the places, among all that was asked and held, of
    the cases that say nothing. observed: by requirement, what was seen beside an answer. gave_up: after what the run
    gave up with this check.
    """

    check: str
    outcome: Outcome
    digests: tuple[int, ...]
    asked: int
    without_evidence: tuple[int, ...] = ()
    transcript: str = ""
    elements: int
    evidence: int
    failure: Failure | None
    accuracy: dict[str, Measured]
    observed: dict[str, Failure]
    breaches: tuple[str, ...]
    rejections: tuple[RejectedCalls, ...] = ()
    incidents: tuple[str, ...] = ()
    gave_up: str | Absent = ABSENT


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A check that ended: its record, and what is for the run alone.

    before: what the process was asked until the failure had been told, packed. explains_others: whether the diagnosis
    explains other failures, too. harness: what went wrong in the suite itself, which is no verdict, and `lack` what the
    environment lacks where it was that.
    """

    record: Record
    before: str = ""
    explains_others: bool = False
    harness: str | None = None
    lack: Lack | None = None
