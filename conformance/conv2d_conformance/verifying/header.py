"""Check a report's statements about its run and its implementation against each other and against the target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from conv2d_conformance.cases.case import CaseError
from conv2d_conformance.cases.shape_sets import lines_of, shape_of
from conv2d_conformance.checks import every_check
from conv2d_conformance.checks.costs import FINGERPRINT
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.contract.signatures import MAIN
from conv2d_conformance.fingerprint.fingerprint import OfDtype, OfShape
from conv2d_conformance.fingerprint.shapes import SHAPES, claimed
from conv2d_conformance.fingerprint.summary import Phrases, nothing_seen, pieces, summary
from conv2d_conformance.implementation.bundled import list_adapters
from conv2d_conformance.report.deviations import Deviation
from conv2d_conformance.report.header import Header
from conv2d_conformance.report.report import Report
from conv2d_conformance.report.selection import belongs, to_run
from conv2d_conformance.report.stopping import is_decided, stop_of
from conv2d_conformance.shard import Shard
from conv2d_conformance.typed_json import ABSENT, known
from conv2d_conformance.verifying.rules import Rules


def faults_of_header(report: Report, rules: Rules | None) -> Iterator[str]:
    """A sentence for each contradiction."""
    run, implementation = report.run, report.implementation
    bundled = run.target.partition("?")[0]
    if bundled in list_adapters() and implementation.name != bundled:
        yield f"its target is the bundled adapter {bundled}, and its implementation is called {implementation.name}"
    if MAIN not in implementation.operations:
        yield f"its implementation has no {MAIN}"
    if run.isolation == "none" and known(run.memory_gib, None) is not None:
        yield "it says that memory was limited, and that the implementation had no process to limit"
    if is_on_linux(report) and run.isolation == "process" and run.memory_gib is None:
        yield "it says that the implementation had a process of its own, and that nothing limited its memory"
    if not report.is_interrupted and report.execution.seconds is None:
        yield "it came to its end, and does not say how long it took"
    yield from _faults_of_stopping(report)
    if report.records is not ABSENT and not report.shard:
        yield "it has the records of a part of a run, and does not say which part it is"
    yield from _faults_of_shapes(known(run.shapes, ()), alone=known(run.only_shapes, False))
    names = Counter(deviation.requirement for deviation in report.deviations)
    yield from (f"it declares {name} {count} times" for name, count in names.items() if count > 1)
    if rules is not None:
        for deviation in report.deviations:
            yield from _faults_of_deviation(deviation, rules)


def _faults_of_deviation(deviation: Deviation, rules: Rules) -> Iterator[str]:
    glob = deviation.requirement
    if deviation.names is ABSENT:
        if glob not in rules.requirements:
            yield f"it declares {glob}, which is no requirement"
    elif deviation.names != (matched := tuple(name for name in rules.requirements if fnmatchcase(name, glob))):
        yield f"it declares {glob}, which matches {', '.join(matched) or 'no requirement'}, and names others"


def _faults_of_shapes(shapes: Sequence[str], *, alone: bool) -> Iterator[str]:
    if alone and not shapes:
        yield "it says that named shapes alone were asked, and names none"
    for line in shapes:
        try:
            written = lines_of((shape_of(line),))[0]
        except CaseError as error:
            yield f"it names the shape {line!r}, which is none: {error}"
        else:
            if written != line:
                yield f"it names the shape {line!r}, which is written {written!r}"


def faults_of_fingerprint(report: Report, claims: Capabilities) -> Iterator[str]:
    """Faults if the fingerprint is missing where it must be present, or is another implementation's."""
    found, implementation = report.fingerprint, report.implementation
    own = belongs(to_run(every_check(), report.run, claims.features | frozenset(implementation.operations)), report.run)
    is_due = FINGERPRINT in own and report.complete and known(report.gave_up, None) is None
    if found is None or not is_due:
        if (found is not None) != is_due:
            yield "it has a fingerprint of a run that takes none" if found else "its fingerprint is missing"
        return
    for name in ("name", "version"):
        one, other = getattr(implementation, name), getattr(found, name)
        if one != other:
            yield f"its implementation has the {name} {one!r}, and {other!r} in the fingerprint"
    if list(found.dtypes) != [dtype for dtype in DTYPES if dtype in claims.dtypes]:
        yield "its fingerprint is not of the dtypes that are claimed"
    for dtype, seen in found.dtypes.items():
        yield from _faults_of_dtype(dtype, seen, claims)


def _faults_of_stopping(report: Report) -> Iterator[str]:
    if not report.is_stopped:
        return
    if stop_of(report) != "first":
        yield "it was stopped at the first broken MUST, and nobody asked for that"
    if report.complete:
        yield "it was stopped at the first broken MUST, and is called complete"
    if not is_decided(report):
        yield "it was stopped at the first broken MUST, and has none that is not declared"


def is_on_linux(report: Header) -> bool:
    """Whether the run was made on a system that reports the memory of a process."""
    return report.environment.platform.startswith("Linux")


def _faults_of_dtype(dtype: str, seen: OfDtype, claims: Capabilities) -> Iterator[str]:
    calls = {shape.name: f"{shape.case} {dtype}" for shape in claimed(SHAPES, claims, dtype)}
    for name, shape in seen.shapes.items():
        if calls.get(name, shape.case) != shape.case:
            yield f"the shape {name} of its fingerprint is the case {shape.case!r}; it is {calls[name]!r}"
    said = {name: _said(dtype, shape) for name, shape in seen.shapes.items()}
    due = summary(said)
    if all(told.parts is ABSENT for told in seen.summary):
        due = tuple(replace(sentence, parts=ABSENT) for sentence in due)
    if due != seen.summary:
        yield f"what its fingerprint says of {dtype} does not follow from what was found"


def _said(dtype: str, shape: OfShape) -> Phrases:
    return pieces(dtype, shape.findings) or nothing_seen(shape.not_seen)


def fault_of_shard(report: Report, shard: str) -> str | None:
    """The fault where a report is of a part that no run has, or lacks the records of which the whole is made."""
    try:
        Shard.parse(shard)
    except ValueError as error:
        return f"it says that it is a part of a run: {error}"
    return "it is a part of a run, and has no records of its checks" if report.records is ABSENT else None
