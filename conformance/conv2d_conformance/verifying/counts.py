"""Compare the numbers of a report with a new count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conv2d_conformance.report.report import Report, Seen
from conv2d_conformance.verifying.recount import Count


def faults_of_counts(report: Report, checks: Mapping[str, Seen], counts: Mapping[str, Count]) -> Iterator[str]:
    """Faults if a check did not ask its cases, or if the numbers of distinct judged cases are wrong.

    A check ends at a wrong answer. One that determines the grade goes on and skips wrong answers, so only its own
    numbers tell how many of its cases were judged.
    """
    seen_cases: set[int] = set()
    is_whole = True
    for name, seen in checks.items():
        count = counts.get(name)
        if count is None:
            is_whole = False
            continue
        if seen.asked > count.asked or (seen.outcome == "pass" and seen.asked < count.asked):
            asked = f"{name} asked {seen.asked} calls that held"
            yield f"{asked}; with this effort, seed and claims there are {count.asked}"
            is_whole = False
        elif seen.outcome != "pass" and count.subjects:
            is_whole = False
        else:
            cases = _cases(seen, count)
            seen_cases |= cases
            yield from _faults_of_one(name, seen, count, len(cases))
    yield from _faults_of_unsupported(report, checks, counts)
    if is_whole and len(seen_cases) != report.judged_cases:
        yield f"it says that {report.judged_cases} distinct cases were judged; its checks have {len(seen_cases)}"
    if is_whole:
        yield from _faults_of_cases(report, checks, counts)


def _faults_of_unsupported(report: Report, checks: Mapping[str, Seen], counts: Mapping[str, Count]) -> Iterator[str]:
    """Whether calls within the limits could show a fault of what is called unsupported although it is claimed."""
    for entry in report.requirements:
        if entry.verdict == "unsupported":
            for name in entry.checks:
                if name not in checks or name not in counts:
                    continue
                if (telling := counts[name].asked - len(checks[name].without_evidence)) > 0:
                    yield f"{entry.id} is called unsupported, and {name} asks {telling} calls about it"


def _faults_of_one(name: str, seen: Seen, count: Count, cases: int) -> Iterator[str]:
    asked = seen.asked
    if seen.transcript != (count.transcripts[asked - 1] if asked else ""):
        yield f"{name} asked {asked} calls that are others than those with this effort, seed and claims"
    elements = sum(count.elements[:asked])
    if seen.cases != cases:
        yield f"{name} has {seen.cases} distinct cases; in what it asked there are {cases}"
    if seen.elements != elements:
        yield f"{name} has {seen.elements} elements; what it asked has {elements}"


def _faults_of_cases(report: Report, checks: Mapping[str, Seen], counts: Mapping[str, Count]) -> Iterator[str]:
    for entry in report.requirements:
        own = [name for name in entry.checks if name in checks]
        cases = set().union(*(_cases(checks[name], counts[name]) for name in own))
        if entry.verdict != "unsupported" and len(cases) != entry.cases:
            yield f"{entry.id} has {entry.cases} distinct cases; in what its checks asked there are {len(cases)}"


def _cases(seen: Seen, count: Count) -> set[int]:
    silent = frozenset(seen.without_evidence)
    return {case for place, case in enumerate(count.cases[: seen.asked]) if place not in silent}
