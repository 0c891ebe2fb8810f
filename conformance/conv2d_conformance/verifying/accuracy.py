"""Check that the grades of a report follow from the classes that were broken and named.

Reports from before classes were named took grades from all checks and knew fewer classes. Their grades are not checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conv2d_conformance.cases.case import CaseError
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.grades import class_names
from conv2d_conformance.contract.signatures import MAIN
from conv2d_conformance.operations import elementwise
from conv2d_conformance.report.report import Accuracy, Report
from conv2d_conformance.typed_json import ABSENT, known
from conv2d_conformance.verdict.grading import BY_SIZE, EXACT, grade
from conv2d_conformance.verdict.question import claimed_grade


def faults_of_accuracy(report: Report, claims: Capabilities) -> Iterator[str]:
    """Faults if a grade is not the one that its evidence earns, or contradicts the verdicts."""
    verdicts = {entry.id: entry.verdict for entry in report.requirements}
    for subject, found in report.accuracy.items():
        dtype, _, operation = subject.partition("/")
        if dtype not in claims.dtypes:
            yield f"it tells the accuracy of {subject}, which is not claimed"
            continue
        yield from _faults_of_subject(subject, found, claims)
        judging = elementwise(operation or MAIN).graded_by
        verdict = verdicts.get(judging) if judging else None
        if found.named is not ABSENT and found.claimed in found.broken_by and verdict == "pass":
            yield f"an answer in {subject} broke its claimed {found.claimed}, and {judging} is called {verdict}"


def faults_of_subjects(report: Report) -> Iterator[str]:
    """Faults if the subjects with an accuracy are not exactly those whose accuracy a check saw."""
    subjects = {subject for seen in known(report.checks, {}).values() for subject in seen.subjects}
    yield from (f"it does not tell the accuracy of {subject}" for subject in sorted(subjects - set(report.accuracy)))
    yield from (f"no check has seen the accuracy of {subject}" for subject in sorted(set(report.accuracy) - subjects))


def _faults_of_subject(subject: str, found: Accuracy, claims: Capabilities) -> Iterator[str]:
    claimed, broken = claimed_grade(claims, subject), found.broken_by
    if found.claimed != claimed:
        yield f"the grade that is claimed for {subject} is {claimed}, not {found.claimed}"
    if unknown := sorted((set(broken) | set(known(found.named, ()))) - {*class_names(subject), EXACT}):
        yield f"{subject} has no class {', '.join(unknown)}"
    if found.grade in broken:
        yield f"the grade of {subject} is {found.grade}, which an answer broke"
    if found.exact_where_exact != (EXACT not in broken and known(found.fixed, 1) > 0):
        yield f"whether {subject} is exact where nothing rounds is told in two ways"
    if found.named is not ABSENT:
        yield from _faults_of_grade(subject, found, found.named, claimed)
    yield from _faults_of_cases(subject, found)


def _faults_of_grade(subject: str, found: Accuracy, named: Iterable[str], claimed: str) -> Iterator[str]:
    has_any = known(found.bounded, 1) or found.broken_by
    earned = grade(subject, found.broken_by, {claimed, *named}) if has_any else None
    if found.grade != earned:
        yield f"the grade of {subject} is {earned} by its evidence, not {found.grade}"
    if known(found.excess, 0) > 0 and "A-tc" not in found.broken_by:
        yield f"an error in {subject} is larger than the bound of A-tc, and A-tc is not broken"
    worst = found.worst
    if worst is None:
        return
    if earned not in {*BY_SIZE[:1], claimed}:
        yield f"an error in {subject} is told in a class in which none is measured"
    elif worst.share_of_bound > 1:
        yield f"an error in {subject} is {worst.share_of_bound:.3g} of the bound of grade {earned}, which holds"


def _faults_of_cases(subject: str, found: Accuracy) -> Iterator[str]:
    lines = [*found.broken_by.values(), *([found.worst.case] if found.worst else [])]
    for line in dict.fromkeys(lines):
        try:
            case = parse(line)
        except CaseError as error:
            yield f"the accuracy of {subject} rests on {line!r}, which is no case: {error}"
            continue
        if case.subject != subject:
            yield f"the accuracy of {subject} rests on {line!r}, a case of {case.subject}"
