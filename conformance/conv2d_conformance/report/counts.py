"""The number of requirements with each verdict, by chapter of the spec."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from conv2d_conformance.report.composed_parts import composed_of
from conv2d_conformance.report.report import Entry, Report
from conv2d_conformance.report.verdicts import NOT_REACHED, VERDICTS, declared_failures, limits_of
from conv2d_conformance.typed_json import Json, as_json, known


@dataclass(frozen=True, slots=True)
class Chapter:
    """The verdicts of one chapter, and its cases. A case that serves two requirements counts for both."""

    name: str
    verdicts: dict[str, int]
    cases: int

    @property
    def worst(self) -> str:
        """The verdict that a reader must know first."""
        order = ("fail", "error", NOT_REACHED, "pass", "unsupported")
        return next((verdict for verdict in order if self.verdicts[verdict]), "unsupported")


def chapters(report: Report) -> list[Chapter]:
    """The chapters that have a verdict, in the order of the spec."""
    entries: dict[str, list[Entry]] = {}
    for entry in report.requirements:
        entries.setdefault(chapter_of(entry.id), []).append(entry)
    return [Chapter(name, _count(members), sum(entry.cases for entry in members)) for name, members in entries.items()]


def total(report: Report) -> dict[str, int]:
    """The number of requirements by verdict."""
    return _count(report.requirements)


def chapter_of(requirement: str) -> str:
    return requirement.partition(".")[0]


def _count(entries: Sequence[Entry]) -> dict[str, int]:
    return {verdict: sum(entry.verdict == verdict for entry in entries) for verdict in VERDICTS}


def in_short(report: Report) -> dict[str, Json]:
    """A summary of a report."""
    implementation = report.implementation
    return {
        "limits": list(limits_of(report.implementation)),
        "composed": {**composed_of(report.implementation)},
        "implementation": {key: getattr(implementation, key) for key in ("name", "version", "language")},
        "target": report.run.target,
        "profile": report.run.profile,
        "effort": report.run.effort,
        "isolation": report.run.isolation,
        "shard": report.shard,
        "complete": report.complete,
        "stopped": report.is_stopped,
        "conclusion": as_json(report.conclusion),
        "judged_cases": report.judged_cases,
        "requirements": {**total(report)},
        "chapters": {chapter.name: {**chapter.verdicts, "cases": chapter.cases} for chapter in chapters(report)},
        "broken": [entry.id for entry in report.requirements if entry.verdict in ("fail", "error")],
        "declared": [*sorted(declared_failures(report))],
        "without_check": len(report.without_check),
        "rejections": len(known(report.rejections, ())),
    }
