"""Compare the requirements of a report, and their facts, with those of its specification."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from conv2d_conformance.report.header import Asked
from conv2d_conformance.report.report import Entry, Report
from conv2d_conformance.report.selection import asks_shapes_alone, checks_of
from conv2d_conformance.report.verdicts import in_scope
from conv2d_conformance.spec import Requirement
from conv2d_conformance.verifying.rules import Rules


def faults_of_selection(report: Report, rules: Rules) -> Iterator[str]:
    """Faults if the report's requirements are not exactly those to be examined, each once and in its place."""
    profile, only = report.run.profile, report.run.only
    there = [entry.id for entry in report.requirements]
    without = list(report.without_check)
    scope = [rule.id for rule in rules.requirements.values() if in_scope(rule, profile)]
    selected = [name for name in scope if fnmatchcase(name, only)]
    if asks_shapes_alone(report.run):
        about = {requirement for check in checks_of(report.run).values() for requirement in check.requirements}
        selected = [name for name in selected if name in about]
    yield from (f"{name} stands in it {count} times" for name, count in Counter(there).items() if count > 1)
    for name in dict.fromkeys([*there, *without]):
        if name not in rules.requirements:
            yield f"it has {name}, a requirement that its specification does not have"
        elif name not in scope:
            yield f"it has {name}, which is not in profile {profile}"
        elif name in there and name in without:
            yield f"it has a verdict for {name}, and says that there is no check for it"
        elif name in there and name not in selected:
            yield f"it has {name}, which {only!r} does not select"
    unchecked = _unchecked(rules, scope)
    excused = without if unchecked is None else unchecked
    missing = [name for name in selected if name not in there and name not in excused]
    yield from (f"{name} is missing" for name in missing)
    if unchecked is not None and unchecked != without:
        yield f"without a check are {_named(unchecked)}; it says {_named(without)}"
    elif set(there) | set(without) <= set(scope) and not missing:
        for found in (there, without):
            if found != [name for name in scope if name in found]:
                yield "its requirements do not stand in the order of the specification"


def faults_of_entries(report: Report, rules: Rules, claimed: frozenset[str]) -> Iterator[str]:
    """Faults if a requirement has a wrong level, profile, features or checks, or is not judged although claimed."""
    for entry in report.requirements:
        if rule := rules.requirements.get(entry.id):
            for name, is_said, holds in _facts(entry, rule, rules, report.run):
                if is_said != holds:
                    yield f"the {name} of {rule.id}: {_told(holds)} as specified, {_told(is_said)} in the report"
            needed = rule.needs
            # Of what is limited, recounting tells whether no call is about it.
            if needed <= claimed and entry.verdict == "unsupported" and "limits" not in claimed:
                yield f"{rule.id} is called unsupported, and all that it needs is claimed"
            elif not needed <= claimed and entry.verdict != "unsupported":
                lacking = ", ".join(sorted(needed - claimed))
                yield f"{rule.id} has the verdict {entry.verdict}, and needs what is not claimed: {lacking}"
        yield from _faults_of_numbers(entry)


def _facts(
    entry: Entry, rule: Requirement, rules: Rules, run: Asked
) -> Iterator[tuple[str, str | Sequence[str], str | Sequence[str]]]:
    yield "level", entry.level, rule.level
    yield "profile", entry.profile, rule.profile
    yield "features", entry.features, tuple(sorted(rule.features))
    if rules.checks is not None:
        asked = checks_of(run)
        own = tuple(name for name, check in rules.checks.items() if rule.id in check.requirements and name in asked)
        yield "checks", entry.checks, own


def _faults_of_numbers(entry: Entry) -> Iterator[str]:
    cases, evidence, elements = entry.cases, entry.evidence, entry.elements
    if not cases <= evidence <= elements:
        yield (
            f"{entry.id} has {cases} cases, {evidence} elements of evidence and {elements} elements; each case has "
            "evidence, and evidence is part of the elements"
        )
    if entry.verdict == "unsupported" and elements:
        yield f"{entry.id} is unsupported, and has {elements} elements that were judged"
    if entry.verdict == "pass" and not cases:
        yield f"{entry.id} is said to pass without one judged case, and silence is no pass"


def _unchecked(rules: Rules, scope: list[str]) -> list[str] | None:
    if rules.checks is None:
        return None
    covered = {requirement for check in rules.checks.values() for requirement in check.requirements}
    return [name for name in scope if name not in covered]


def _named(ids: Sequence[str]) -> str:
    return ", ".join(ids) or "no requirement"


def _told(value: str | Sequence[str]) -> str:
    return value if isinstance(value, str) else ", ".join(value) or "none"
