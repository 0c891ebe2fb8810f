"""Put a report together from its header and the records of the checks, at the end of a run or after its death."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from conv2d_conformance.checks import every_check
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.fingerprint.fingerprint import Fingerprint
from conv2d_conformance.report.conclusion import RunOutcome, conclusion
from conv2d_conformance.report.header import Header
from conv2d_conformance.report.not_reached import breaks_elsewhere, refusals_by_requirement
from conv2d_conformance.report.report import Accuracy, Ending, Report, Seen
from conv2d_conformance.report.selection import belongs, checks_of, selection_of, to_run
from conv2d_conformance.report.stopping import left_out, stop_of
from conv2d_conformance.report.verdicts import NOT_REACHED, claimed_by, requirement_entries, unchecked
from conv2d_conformance.shard import words_of
from conv2d_conformance.typed_json import ABSENT, known
from conv2d_conformance.verdict.grading import EXACT, grade
from conv2d_conformance.verdict.question import claimed_grade
from conv2d_conformance.verdict.record import Measured, Record
from conv2d_conformance.verdict.rejections import merged


def assemble(
    header: Header,
    records: Iterable[Record],
    *,
    complete: bool,
    stopped: bool = False,
    fingerprint: Fingerprint | None = None,
    incidents: Iterable[str] = (),
) -> Report:
    """The report, in the order of the spec, whatever the order in which the checks ended.

    A run that was `stopped` at the first broken MUST is not `complete`. `incidents` are those that belong to no check.
    """
    checks, known_checks = (
        {check.name: check.requirements for check in found.values()} for found in (checks_of(header.run), every_check())
    )
    records = sorted(records, key=lambda record: list(checks).index(record.check))
    run = header.run
    capabilities = Capabilities.from_json(header.implementation.capabilities)
    claimed = claimed_by(header.implementation)
    breaches = sorted(set().union(*(record.breaches for record in records)))
    gave_up = next((gave_up for record in records if (gave_up := known(record.gave_up, None))), None)
    cut_short = not complete or gave_up is not None
    whole = to_run({name: every_check()[name] for name in checks}, run, claimed)
    left = left_out(stop_of(header)) | {check.name for check in whole} - belongs(whole, run)
    shard = known(run.shard, "")
    entries = requirement_entries(records, checks, claimed, run.profile, run.only, cut_short=cut_short, left_out=left)
    of_checks = [f"{sentence} ({record.check})" for record in records for sentence in record.incidents]
    return Report(
        schema_version=header.schema_version,
        suite=header.suite,
        spec=header.spec,
        run=run,
        implementation=header.implementation,
        environment=header.environment,
        deviations=header.deviations,
        execution=replace(header.execution, incidents=(*of_checks, *incidents)),
        complete=complete,
        stopped=stopped,
        gave_up=gave_up,
        conclusion=conclusion(
            RunOutcome(
                entries,
                claimed,
                header.deviations,
                breaches,
                profile=run.profile,
                only=selection_of(run),
                isolation=run.isolation,
                complete=complete,
                gave_up=gave_up,
                stopped=stopped,
                limits=capabilities.limits,
                accept_limits=known(run.accept_limits, False),
                shard=words_of(shard),
            )
        ),
        breaches=tuple(breaches),
        judged_cases=len(set().union(*(record.digests for record in records))),
        accuracy=_accuracy(records, capabilities),
        requirements=tuple(entries),
        rejections=merged(record.rejections for record in records),
        checks=_seen(records, checks, {entry.id for entry in entries if entry.verdict != "unsupported"}),
        records=tuple(records) if shard else ABSENT,
        without_check=tuple(unchecked(known_checks, run.profile)),
        fingerprint=fingerprint,
    )


def _seen(records: list[Record], checks: Mapping[str, tuple[str, ...]], judged: Collection[str]) -> dict[str, Seen]:
    """The numbers that each check saw, from which the verdicts and numbers of its requirements follow."""
    refusals = refusals_by_requirement(records, checks, judged)
    found = {}
    for record in records:
        broken = [name for name, failure in refusals.items() if failure is record.failure]
        is_reached = breaks_elsewhere(record, checks[record.check], judged) is None
        found[record.check] = _numbers(record, record.outcome if is_reached else NOT_REACHED, broken)
    return found


def _numbers(record: Record, outcome: Ending, broken: list[str]) -> Seen:
    """The numbers that one check saw; `broken` are the requirements, not its own, that its last refusal breaks."""
    return Seen(
        outcome=outcome,
        asked=record.asked,
        without_evidence=record.without_evidence,
        transcript=record.transcript,
        cases=len(record.digests),
        elements=record.elements,
        evidence=record.evidence,
        observed=tuple(sorted({*record.observed, *broken})),
        breaches=record.breaches,
        subjects=tuple(sorted(subject for subject, part in record.accuracy.items() if _says_something(part))),
    )


def _says_something(part: Measured) -> bool:
    """Whether an element was evidence of the accuracy."""
    return bool(part.fixed or part.bounded or part.broken_by)


def _accuracy(records: list[Record], capabilities: Capabilities) -> dict[str, Accuracy]:
    """For each dtype the grade, what broke the stricter ones, and the largest error, only from the checks of the grade.

    Other checks may ask special values or subnormal numbers, where errors do not concern the accuracy. A dtype without
    an element of evidence is left out; if no element could be rounded, there is no grade.
    """
    accuracy: dict[str, Accuracy] = {}
    for dtype in sorted({dtype for record in records for dtype in record.accuracy}):
        found = [record.accuracy[dtype] for record in records if dtype in record.accuracy]
        claimed = claimed_grade(capabilities, dtype)
        broken: dict[str, str] = {}
        for part in found:
            broken = {**part.broken_by, **broken}
        named = sorted(set().union(*(part.named for part in found)))
        fixed, bounded = sum(part.fixed for part in found), sum(part.bounded for part in found)
        if not (fixed or bounded or broken):
            continue
        held = grade(dtype, broken, {claimed, *named}) if bounded or broken else None
        margins = [part.margins[held] for part in found if held in part.margins]
        accuracy[dtype] = Accuracy(
            claimed=claimed,
            grade=held,
            exact_where_exact=fixed > 0 and EXACT not in broken,
            broken_by=dict(sorted(broken.items())),
            named=tuple(named),
            fixed=fixed,
            bounded=bounded,
            excess=max(part.excess for part in found),
            worst=max(margins, key=lambda margin: margin.share_of_bound, default=None),
        )
    return accuracy
