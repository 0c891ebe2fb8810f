"""The page of one requirement: its sentence, where it comes from, its picture, what tests it, and who holds it."""

from __future__ import annotations

from typing import Any

from conv2d_conformance import spec
from conv2d_conformance.cases.case import CaseError
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.report.report import Entry
from conv2d_conformance.site import addresses
from conv2d_conformance.site.contents import SPECIFICATION, Contents
from conv2d_conformance.site.picture import picture_of
from conv2d_conformance.site.standing import MatrixRow
from conv2d_conformance.verdict.question import Question

ABOUT_PLACES = ("padding-mode", "padding", "output-size")
"""Chapters whose pictures show first which element a cell is, and not what it holds."""


def requirement_values(contents: Contents, number: int, address: str) -> dict[str, Any]:
    """What the page of a requirement shows."""
    requirements = contents.requirements
    requirement = requirements[number]
    prose = contents.prose(address, SPECIFICATION, addresses.specification(contents.edition))
    explanation = requirement.text.partition("\n\n")[2].partition("Source: ")[0]
    entries = [(row, contents.entries[row.slug].get(requirement.id)) for row in contents.rows]
    by_verdict: dict[str, list[tuple[MatrixRow, Entry]]] = {}
    for row, entry in entries:
        if entry is not None:
            by_verdict.setdefault(entry.verdict, []).append((row, entry))
    return {
        "requirement": requirement,
        "sentence": prose.line(requirement.sentence),
        "source": prose.line(requirement.source),
        "explanation": prose.html(explanation),
        "picture": picture_of(requirement.example) if requirement.example else None,
        "shows_places": requirement.chapter in ABOUT_PLACES,
        "refusal": _refusal(requirement.example),
        "checks": contents.checks.get(requirement.id, ()),
        "mutants": contents.mutants.get(requirement.id, []),
        "findings": contents.findings_about(requirement.id),
        "failing": [one for verdict in ("fail", "error", "not reached") for one in by_verdict.get(verdict, ())],
        "holding": by_verdict.get("pass", ()),
        "not_claimed": [row for row, _ in by_verdict.get("unsupported", ())],
        "outside": [row for row, entry in entries if entry is None],
        "cite": spec.citation(requirement.id),
        "before": requirements[number - 1] if number else None,
        "after": requirements[number + 1] if number + 1 < len(requirements) else None,
    }


def _refusal(line: str | None) -> str:
    """Why the example must be refused, in the words of the reference; empty where it is legal."""
    try:
        return (Question(parse(line)).illegal_because or "") if line else ""
    except CaseError:
        return ""
