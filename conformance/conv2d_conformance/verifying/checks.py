"""Check that the verdicts and numbers of a report's requirements follow from what its checks saw."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence, Set

from conv2d_conformance.checks import Check
from conv2d_conformance.report.report import Entry, Report, Seen, Verdict
from conv2d_conformance.report.stopping import left_out, stop_of
from conv2d_conformance.report.verdicts import NOT_REACHED
from conv2d_conformance.typed_json import ABSENT, known


def faults_of_checks(
    report: Report, checks: Mapping[str, Seen], due: Set[str] | None, elsewhere: Set[str] = frozenset()
) -> Iterator[str]:
    """Faults if a check cannot have seen its numbers, or if its requirements' entries do not follow from them.

    A missing check that was `due` was not reached, or is an error; one that is `elsewhere` belongs to another part of
    the run. If it is unknown which were due, a requirement without one of its checks may be either.
    """
    for name, seen in checks.items():
        yield from _faults_of_one(name, seen)
    is_limited = bool(report.implementation.capabilities.get("limits"))
    silence: Verdict = "error" if report.complete and not known(report.gave_up, None) else NOT_REACHED
    left = left_out(stop_of(report)) | elsewhere
    for entry in report.requirements:
        if entry.verdict != "unsupported":
            unheard = silence if left.isdisjoint(entry.checks) else NOT_REACHED
            yield from _faults_of_entry(entry, checks, due, unheard, is_limited=is_limited)
    told = list(known(report.breaches, ()))
    breaches = sorted({sentence for seen in checks.values() for sentence in seen.breaches})
    if breaches != told:
        yield f"its breaches are {_listed(told)}; its checks saw {_listed(breaches)}"


def faults_of_run(
    report: Report, checks: Mapping[str, Seen], expected: list[Check], requirements: Container[str]
) -> Iterator[str]:
    """Faults if the checks in the report are not those that the run had to make."""
    names = [check.name for check in expected]
    for name, seen in checks.items():
        if name not in names:
            yield f"it has numbers of {name}, a check that such a run does not make"
        yield from (
            f"{name} saw something that breaks {requirement}, which is no requirement"
            for requirement in seen.observed
            if requirement not in requirements
        )
    if report.complete and not known(report.gave_up, None):
        yield from (f"it has no numbers of {name}, which such a run makes" for name in names if name not in checks)
    if not set(checks) - set(names) and list(checks) != [name for name in names if name in checks]:
        yield "its checks do not stand in the order of the catalogue"


def faults_of_total(report: Report) -> Iterator[str]:
    """Faults if the number of distinct judged cases is impossible; a case can count for several checks."""
    told: Iterable[Entry | Seen] = report.requirements if report.checks is ABSENT else report.checks.values()
    parts = [part.cases for part in told]
    if not max(parts, default=0) <= report.judged_cases <= sum(parts):
        yield (
            f"it says that {report.judged_cases} distinct cases were judged; its parts have {max(parts, default=0)} "
            f"at most and {sum(parts)} together"
        )


def _faults_of_one(name: str, seen: Seen) -> Iterator[str]:
    asked, silent = seen.asked, seen.without_evidence
    if list(silent) != sorted(silent) or any(place >= asked for place in silent):
        yield f"{name} has {asked} calls, and others without evidence"
    spoke = asked - len(silent)
    if seen.cases > spoke or (seen.cases == 0) != (spoke == 0):
        yield f"{name} has {seen.cases} distinct cases in {spoke} calls with evidence"
    if not spoke <= seen.evidence <= seen.elements or seen.elements < asked:
        yield f"{name} has {asked} calls, {seen.evidence} elements of evidence and {seen.elements} elements"
    if seen.outcome == "pass" and not spoke:
        yield f"{name} is said to pass without one judged case"


def _faults_of_entry(
    entry: Entry, checks: Mapping[str, Seen], due: Set[str] | None, silence: Verdict, *, is_limited: bool
) -> Iterator[str]:
    own = [checks[name] for name in entry.checks if name in checks]
    telling = own
    # Within limits, what could show nothing is no error. Beside a failure, one that looks so may have it, as where the
    # process died at its first call: it has none where the entry is merely not reached.
    if is_limited and (entry.failure is None or entry.verdict == NOT_REACHED):
        telling = [seen for seen in own if not _is_mute(seen)]
    verdict = _verdict(entry.id, telling, checks)
    missing = [name for name in entry.checks if name not in checks and (due is None or name in due)]
    is_open = due is None and bool(missing) and entry.verdict in ("pass", silence)
    if verdict == "pass" and (missing or not telling):
        verdict = silence
    if verdict != entry.verdict and not is_open:
        yield f"{entry.id} has the verdict {entry.verdict}; from what its checks saw follows {verdict}"
    for name in ("evidence", "elements"):
        if (total := sum(getattr(seen, name) for seen in own)) != getattr(entry, name):
            yield f"{entry.id} has {getattr(entry, name)} elements{_of(name)}; its checks have {total}"
    cases = [seen.cases for seen in own]
    if not max(cases, default=0) <= entry.cases <= sum(cases):
        yield f"{entry.id} has {entry.cases} cases; its checks have {' and '.join(map(str, cases)) or 'none'}"
    if entry.failure is None and (verdict == "fail" or _has_failed(own)):
        yield f"{entry.id} fails, and no case is told"
    if entry.verdict in ("error", NOT_REACHED) and entry.failure is not None and not own:
        yield f"{entry.id} was not reached, and tells of a failing case"


def _is_mute(seen: Seen) -> bool:
    """Whether nothing that a check asked could have shown a fault. Within limits that is no error of the entry."""
    return seen.outcome == "error" and not seen.evidence


def _verdict(requirement: str, own: list[Seen], checks: Mapping[str, Seen]) -> Verdict:
    outcomes = [seen.outcome for seen in own]
    if "fail" in outcomes or any(requirement in seen.observed for seen in checks.values()):
        return "fail"
    if "error" in outcomes:
        return "error"
    return NOT_REACHED if NOT_REACHED in outcomes else "pass"


def _has_failed(own: list[Seen]) -> bool:
    return any(seen.outcome == "fail" for seen in own)


def _of(name: str) -> str:
    return " of evidence" if name == "evidence" else ""


def _listed(sentences: Sequence[str]) -> str:
    return "; ".join(sentences) or "none"
