"""Find what changed between two reports.

A requirement is worse where it passed and does so no more, where it fails and did not, and where it was claimed, or
asked for, and is no more: whoever takes back a claim offers less. Where the editions differ, a requirement that only
one of them has appeared or vanished.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conv2d_conformance.changes.change import DIRECTIONS, Direction, ReportChange, ReportChanges
from conv2d_conformance.contract.composed import told
from conv2d_conformance.contract.grades import class_names
from conv2d_conformance.fingerprint.fingerprint import Fingerprint
from conv2d_conformance.report.composed_parts import composed_of
from conv2d_conformance.report.report import Accuracy, Entry, Report
from conv2d_conformance.typed_json import known

NOT_CLAIMED = "unsupported"
BROKEN = ("fail", "error")


def changes_between(old: Report, new: Report) -> ReportChanges:
    found = [*_verdicts(old, new), *_accuracies(old, new), *_fingerprints(old, new)]
    found += _outcome(old, new) if old.shard == new.shard else ()
    before, after = ({name: entry.verdict for name, entry in _entries(one, other)} for one, other in _both(old, new))
    return ReportChanges(
        old=_name(old),
        new=_name(new),
        unequal=tuple(_unequal(old, new)),
        changes=tuple(sorted(found, key=lambda change: DIRECTIONS.index(change.direction))),
        unchanged=sum(after.get(name) == verdict for name, verdict in before.items()),
    )


def _both(old: Report, new: Report) -> tuple[tuple[Report, Report], tuple[Report, Report]]:
    return (old, new), (new, old)


def _entries(report: Report, other: Report) -> Iterator[tuple[str, Entry]]:
    """The requirements of a report by id; but for those that, of it or the other, another part of the run reaches."""
    elsewhere = {entry.id for one in (report, other) for entry in one.requirements if one.is_elsewhere(entry)}
    return ((entry.id, entry) for entry in report.requirements if entry.id not in elsewhere)


def _name(report: Report) -> str:
    return f"{report.implementation.name} {report.implementation.version}"


def _unequal(old: Report, new: Report) -> Iterator[str]:
    """What was not the same in both runs, so that a change need not be one of the implementation."""
    facts = {
        "implementation": (old.implementation.name, new.implementation.name),
        "target": (old.run.target, new.run.target),
        "edition": (f"{old.spec.edition} ({old.spec.digest})", f"{new.spec.edition} ({new.spec.digest})"),
        "suite": (old.suite.version, new.suite.version),
        "profile": (old.run.profile, new.run.profile),
        "effort": (old.run.effort, new.run.effort),
        "seed": (str(old.run.seed), str(new.run.seed)),
        "selection": (old.run.only, new.run.only),
        "part of a run": (old.shard or "the whole", new.shard or "the whole"),
        "isolation": (old.run.isolation, new.run.isolation),
        "composed": (_composed(old), _composed(new)),
        "end": (_end(old), _end(new)),
    }
    return (f"{fact}: {before}, then {after}" for fact, (before, after) in facts.items() if before != after)


def _composed(report: Report) -> str:
    return told(composed_of(report.implementation)) or "nothing"


def _end(report: Report) -> str:
    if report.is_stopped:
        return "stopped at the first broken MUST"
    return "complete" if report.complete else "interrupted"


def _outcome(old: Report, new: Report) -> Iterator[ReportChange]:
    before, after = _standing(old), _standing(new)
    if before == after == WITHIN_LIMITS and _limits(old) != _limits(new):
        wider = set(_limits(new)) < set(_limits(old))
        yield ReportChange("better" if wider else "worse", "outcome", "result", old.headline, new.headline)
    elif before != after:
        yield ReportChange("better" if after > before else "worse", "outcome", "result", old.headline, new.headline)


NO_CERTIFICATE, WITHIN_LIMITS, CERTIFICATE = range(3)


def _standing(report: Report) -> int:
    if report.conforming:
        return CERTIFICATE
    return WITHIN_LIMITS if _limits(report) else NO_CERTIFICATE


def _limits(report: Report) -> tuple[str, ...]:
    """The limits within which it conforms, if it does so within any."""
    limits = known(report.conclusion.within_limits, None)
    return limits or ()


def _verdicts(old: Report, new: Report) -> Iterator[ReportChange]:
    before, after = (dict(_entries(one, other)) for one, other in _both(old, new))
    same_spec = old.spec == new.spec
    for name in dict.fromkeys((*before, *after)):
        one, other = before.get(name), after.get(name)
        if one is None or other is None or one.verdict != other.verdict:
            entry = other or one
            assert entry is not None, "a name is from one of the two"
            direction = _direction_of_verdict(one, other, same_spec=same_spec)
            yield ReportChange(direction, "verdict", name, _said(one), _said(other), entry.level)


def _direction_of_verdict(one: Entry | None, other: Entry | None, *, same_spec: bool) -> Direction:
    if other is None:
        return "worse" if same_spec and one is not None and one.verdict != NOT_CLAIMED else "vanished"
    if other.verdict in BROKEN and (one is None or one.verdict not in BROKEN):
        return "worse"
    if one is None:
        return "appeared"
    if one.verdict == "pass" or (one.verdict != NOT_CLAIMED and other.verdict == NOT_CLAIMED):
        return "worse"
    if other.verdict == "pass":
        return "appeared" if one.verdict == NOT_CLAIMED else "better"
    return "changed"


def _said(entry: Entry | None) -> str:
    if entry is None:
        return "not asked"
    said = "not claimed" if entry.verdict == NOT_CLAIMED else entry.verdict
    return f"{said}: {entry.failure.case}" if entry.failure is not None and entry.failure.case else said


def _accuracies(old: Report, new: Report) -> Iterator[ReportChange]:
    for subject in dict.fromkeys((*old.accuracy, *new.accuracy)):
        before, after = old.accuracy.get(subject), new.accuracy.get(subject)
        if before is None or after is None:
            said = _class_of(before), _class_of(after)
            yield ReportChange("appeared" if before is None else "vanished", "accuracy", subject, *said)
            continue
        if direction := _direction_of_accuracy(subject, before, after):
            yield ReportChange(direction, "accuracy", subject, _class_of(before), _class_of(after))
        elif _margin(before) != _margin(after):
            yield ReportChange("changed", "margin", subject, _margin(before), _margin(after))


def _direction_of_accuracy(subject: str, before: Accuracy, after: Accuracy) -> Direction | None:
    """By the class, the narrowest first, and whether answers are exact where they must; None for no difference."""
    ranks = {name: place for place, name in enumerate(class_names(subject))}
    one, other = ((ranks.get(found.grade or "", len(ranks)), not found.exact_where_exact) for found in (before, after))
    if one == other:
        return None
    return "better" if other < one else "worse"


def _class_of(found: Accuracy | None) -> str:
    if found is None:
        return "not judged"
    exact = "exact on exact data" if found.exact_where_exact else "not exact on exact data"
    return f"{f'class {found.grade}' if found.grade else 'no class'}, {exact}"


def _margin(found: Accuracy) -> str:
    """The worst error as a part of the bound, to two digits."""
    return f"worst error {found.worst.share_of_bound:.2f} of the bound" if found.worst is not None else "no error met"


def _fingerprints(old: Report, new: Report) -> Iterator[ReportChange]:
    before, after = (_findings(report.fingerprint) for report in (old, new))
    if not before or not after:
        return
    for subject in dict.fromkeys((*before, *after)):
        one, other = before.get(subject, ""), after.get(subject, "")
        if one != other:
            direction: Direction = "changed" if one and other else "vanished" if one else "appeared"
            yield ReportChange(direction, "fingerprint", subject, one, other)


def _findings(fingerprint: Fingerprint | None) -> Mapping[str, str]:
    """What each probe found at each shape, in its words."""
    if fingerprint is None:
        return {}
    return {
        f"{dtype}, {shape}, {probe}": finding.words
        for dtype, of_dtype in fingerprint.dtypes.items()
        for shape, found in of_dtype.shapes.items()
        for probe, finding in found.findings.items()
    }
