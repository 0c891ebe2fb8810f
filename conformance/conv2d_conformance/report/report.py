"""The report of one run, as `schema.json` describes it.

msgspec reads and writes the dataclasses: it is small, takes half the time of cattrs to import and needs no hook for a
value that old files lack, as cattrs does. What a value may be is for the schema to say, whose complaints are clear; the
two have the same names and types.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from conv2d_conformance.fingerprint.fingerprint import Fingerprint
from conv2d_conformance.report.header import Header
from conv2d_conformance.typed_json import ABSENT, Absent
from conv2d_conformance.verdict.failure import Failure
from conv2d_conformance.verdict.record import JudgedRejections, Margin

Verdict = Literal["pass", "fail", "error", "not reached", "unsupported"]
Ending = Literal["pass", "fail", "error", "not reached"]
"""How a check ended that was run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """Whether the report is a certificate, in one sentence and as an exit status, and why it is none."""

    headline: str
    conforming: bool
    no_certificate: tuple[str, ...] | Absent = ABSENT
    exit_status: int
    stale_deviations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """How accurate the answers for one dtype, or for its gradients, are."""

    claimed: str
    grade: str | None
    exact_where_exact: bool
    broken_by: dict[str, str]
    named: tuple[str, ...] | Absent = ABSENT
    fixed: int | Absent = ABSENT
    bounded: int | Absent = ABSENT
    excess: float | Absent = ABSENT
    worst: Margin | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One requirement and its verdict."""

    id: str
    level: str
    profile: str
    features: tuple[str, ...]
    checks: tuple[str, ...]
    verdict: Verdict
    cases: int
    evidence: int
    elements: int
    failure: Failure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one check saw, in numbers."""

    outcome: Ending
    asked: int
    without_evidence: tuple[int, ...]
    transcript: str
    cases: int
    elements: int
    evidence: int
    observed: tuple[str, ...]
    breaches: tuple[str, ...]
    subjects: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Report(Header):
    """Everything that happened in one run."""

    complete: bool
    gave_up: str | Absent | None = ABSENT
    conclusion: Conclusion
    breaches: tuple[str, ...] | Absent = ABSENT
    judged_cases: int
    accuracy: dict[str, Accuracy]
    requirements: tuple[Entry, ...]
    rejections: tuple[JudgedRejections, ...] | Absent = ABSENT
    checks: dict[str, Seen] | Absent = ABSENT
    without_check: tuple[str, ...]
    fingerprint: Fingerprint | None
