"""How many requirements of each chapter of the spec have which verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conv2d_conformance.report.verdicts import NOT_REACHED, VERDICTS, declared_failures


@dataclass(frozen=True, slots=True)
class Chapter:
    """The verdicts of one chapter, and its cases; a case that serves two requirements is counted for both."""

    name: str
    verdicts: dict[str, int]
    cases: int

    @property
    def worst(self) -> str:
        """The verdict that a reader must know of first."""
        order = ("fail", "error", NOT_REACHED, "pass", "unsupported")
        return next((verdict for verdict in order if self.verdicts[verdict]), "unsupported")


def chapters(report: Mapping[str, Any]) -> list[Chapter]:
    """The chapters that have a verdict, in the order of the spec."""
    entries: dict[str, list[Mapping[str, Any]]] = {}
    for entry in report["requirements"]:
        entries.setdefault(chapter_of(entry["id"]), []).append(entry)
    return [
        Chapter(name, _count(members), sum(entry["cases"] for entry in members)) for name, members in entries.items()
    ]


def total(report: Mapping[str, Any]) -> dict[str, int]:
    """The number of requirements by verdict."""
    return _count(report["requirements"])


def chapter_of(requirement: str) -> str:
    return requirement.partition(".")[0]


def _count(entries: list[Mapping[str, Any]]) -> dict[str, int]:
    return {verdict: sum(entry["verdict"] == verdict for entry in entries) for verdict in VERDICTS}


def as_json(report: Mapping[str, Any]) -> dict[str, Any]:
    """What a report says in short."""
    return {
        "implementation": {key: report["implementation"][key] for key in ("name", "version", "language")},
        "target": report["run"]["target"],
        "profile": report["run"]["profile"],
        "effort": report["run"]["effort"],
        "complete": report["complete"],
        "conclusion": report["conclusion"],
        "judged_cases": report["judged_cases"],
        "requirements": total(report),
        "chapters": {chapter.name: {**chapter.verdicts, "cases": chapter.cases} for chapter in chapters(report)},
        "broken": [entry["id"] for entry in report["requirements"] if entry["verdict"] in ("fail", "error")],
        "declared": sorted(declared_failures(report)),
        "without_check": len(report["without_check"]),
        "rejections": len(report.get("rejections", ())),
    }
