"""The tally of one check: numbers, digests and failures."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.verdict.failure import Failure
from conv2d_conformance.verdict.grading import Grading
from conv2d_conformance.verdict.judgement import Judgement, Outcome
from conv2d_conformance.verdict.record import Measured, Record
from conv2d_conformance.verdict.rejections import Rejections


@dataclass
class Tally:
    """What one check has seen so far.

    without_evidence: the places, among all rightly answered cases, of those without evidence. transcript: a digest of
    the lines of all rightly answered cases, in order.
    """

    outcome: Outcome = "error"
    digests: set[int] = field(default_factory=set)
    asked: int = 0
    elements: int = 0
    evidence: int = 0
    without_evidence: list[int] = field(default_factory=list)
    transcript: str = ""
    failure: Failure | None = None
    observed: dict[str, Failure] = field(default_factory=dict)
    breaches: set[str] = field(default_factory=set)
    grading: Grading = field(default_factory=Grading)
    rejections: Rejections = field(default_factory=Rejections)

    def count(self, line: str, judgement: Judgement) -> None:
        """Count a right answer."""
        if not judgement.evidence:
            self.without_evidence.append(self.asked)
        self.asked += 1
        self.transcript = _continued(self.transcript, line)
        self.elements += judgement.elements
        self.evidence += judgement.evidence
        if judgement.evidence:
            self.outcome = "pass"
            self.digests.add(digest(line))


def digest(line: str) -> int:
    """A number for a case line, to count distinct lines across checks."""
    return int.from_bytes(hashlib.blake2b(line.encode(), digest_size=6).digest())


def _continued(transcript: str, line: str) -> str:
    """The digest of a transcript and one more line."""
    return hashlib.blake2b(f"{transcript}\n{line}".encode(), digest_size=8).hexdigest()


def recorded(check: str, tally: Tally) -> Record:
    """The tally of a check as plain values, which can travel between processes."""
    return Record(
        check=check,
        outcome=tally.outcome,
        digests=tuple(sorted(tally.digests)),
        asked=tally.asked,
        without_evidence=tuple(tally.without_evidence),
        transcript=tally.transcript,
        elements=tally.elements,
        evidence=tally.evidence,
        failure=tally.failure,
        accuracy={
            subject: Measured(
                broken_by={name: format_case(question.case) for name, question in found.failed.items()},
                named=tuple(sorted(found.named)),
                margins=found.margins,
                excess=found.excess,
                fixed=found.fixed,
                bounded=found.bounded,
            )
            for subject, found in tally.grading.subjects.items()
        },
        observed=tally.observed,
        breaches=tuple(sorted(tally.breaches)),
        rejections=tally.rejections.recorded(),
    )
