"""The report of one run, as `schema.json` describes it.

msgspec reads and writes the dataclasses: it is small, takes half the time of cattrs to import and needs no hook for a
value that old files lack, as cattrs does. What a value may be is for the schema to say, whose complaints are clear; the
two have the same names and types.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from conv2d_conformance.contract.composed import told
from conv2d_conformance.fingerprint.fingerprint import Fingerprint
from conv2d_conformance.report.composed_parts import composed_in, composed_of
from conv2d_conformance.report.header import Header
from conv2d_conformance.report.headline import whole_headline
from conv2d_conformance.report.notebook import as_html
from conv2d_conformance.shard import words_of
from conv2d_conformance.typed_json import ABSENT, Absent, known
from conv2d_conformance.verdict.failure import Failure
from conv2d_conformance.verdict.record import JudgedRejections, Margin, Record

Verdict = Literal["pass", "fail", "error", "not reached", "unsupported"]
Ending = Literal["pass", "fail", "error", "not reached"]
"""How a check ended that was run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """Whether the report is a certificate, in one sentence and as an exit status, and why it is none.

    within_limits: the limits within which the implementation conforms; None where it does so without any, or not.
    """

    headline: str
    conforming: bool
    no_certificate: tuple[str, ...] | Absent = ABSENT
    within_limits: tuple[str, ...] | Absent | None = ABSENT
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
    stopped: bool | Absent = ABSENT
    gave_up: str | Absent | None = ABSENT
    conclusion: Conclusion
    breaches: tuple[str, ...] | Absent = ABSENT
    judged_cases: int
    accuracy: dict[str, Accuracy]
    requirements: tuple[Entry, ...]
    rejections: tuple[JudgedRejections, ...] | Absent = ABSENT
    checks: dict[str, Seen] | Absent = ABSENT
    records: tuple[Record, ...] | Absent = ABSENT
    without_check: tuple[str, ...]
    fingerprint: Fingerprint | None

    @property
    def is_stopped(self) -> bool:
        """Whether the run ended at the first broken MUST, as it was asked to."""
        return known(self.stopped, False)

    @property
    def shard(self) -> str:
        """Which part of a run it is, in words; empty for a whole run."""
        return words_of(known(self.run.shard, ""))

    def is_elsewhere(self, entry: Entry) -> bool:
        """Whether another part of the run may judge a requirement, of which this one saw no failure."""
        return bool(self.shard) and entry.verdict == "not reached" and entry.failure is None

    @property
    def is_interrupted(self) -> bool:
        """Whether the run did not come to the end that it was asked to come to."""
        return not self.complete and not self.is_stopped

    @property
    def conforming(self) -> bool:
        """Whether the report is a certificate."""
        return self.conclusion.conforming

    @property
    def headline(self) -> str:
        """The one sentence."""
        return whole_headline(self.conclusion.headline, self.run.isolation)

    @property
    def failing(self) -> tuple[Entry, ...]:
        """The requirements that do not hold and have a case which shows it, those that decide first."""
        found = [entry for entry in self.requirements if entry.verdict != "pass" and entry.failure is not None]
        return tuple(sorted(found, key=lambda entry: entry.level != "MUST"))

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Their failures, in the same order."""
        return tuple(entry.failure for entry in self.failing if entry.failure is not None)

    def __repr__(self) -> str:
        composed = f" (composed: {parts})" if (parts := told(composed_of(self.implementation))) else ""
        return f"<Report on {self.implementation.name} {self.implementation.version}{composed}: {self.headline}>"

    def _repr_html_(self) -> str:
        """The report as a notebook shows it."""
        composed = composed_of(self.implementation)
        facts = {
            "implementation": f"{self.implementation.name} {self.implementation.version}",
            **({"composed": told(composed)} if composed else {}),
            "asked": f"profile {self.run.profile}, effort {self.run.effort}, seed {self.run.seed}, {self.run.only}"
            + (f", {self.shard}" if self.shard else ""),
            "judged": f"{self.judged_cases} cases, for {len(self.requirements)} requirements",
            **{f"accuracy of {name}": found.grade or "none" for name, found in self.accuracy.items()},
        }
        return as_html(
            self.headline,
            holds=self.conforming,
            facts=facts.items(),
            failures=[
                (entry.id, entry.level, composed_in(entry.id, entry.failure, composed), entry.failure)
                for entry in self.failing
                if entry.failure is not None
            ],
        )
