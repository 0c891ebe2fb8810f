"""Compare a report with everything that follows without asking the implementation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import version

from conv2d_conformance.checks import Check
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.report.conclusion import NO_CERTIFICATE, RunOutcome, conclusion
from conv2d_conformance.report.header import Asked
from conv2d_conformance.report.merging import fault_of_records
from conv2d_conformance.report.report import Conclusion, Report
from conv2d_conformance.report.selection import belongs, selection_of, to_run
from conv2d_conformance.typed_json import ABSENT, Json, as_json, known
from conv2d_conformance.verifying.accuracy import faults_of_accuracy, faults_of_subjects
from conv2d_conformance.verifying.checks import faults_of_checks, faults_of_run, faults_of_total
from conv2d_conformance.verifying.counts import faults_of_counts
from conv2d_conformance.verifying.entries import faults_of_entries, faults_of_selection
from conv2d_conformance.verifying.failures import faults_of_failures
from conv2d_conformance.verifying.finding import Finding
from conv2d_conformance.verifying.header import fault_of_shard, faults_of_fingerprint, faults_of_header
from conv2d_conformance.verifying.recount import Count, recount
from conv2d_conformance.verifying.rules import Origin, origin_of

Recount = Callable[[Asked, Capabilities, list[Check]], dict[str, Count]]


def verify(report: Report, recount: Recount = recount) -> Finding:
    """The faults of a report, and what could not be compared with these sources of the suite."""
    claims = Capabilities.from_json(report.implementation.capabilities)
    if (shard := known(report.run.shard, "")) and (fault := fault_of_shard(report, shard)):
        return Finding((fault,))
    origin = origin_of(report)
    faults = _distinct([*origin.faults, *_faults(report, claims, origin)])
    if faults:
        return Finding(faults, tuple(origin.unknown))
    if origin.is_this_suite:
        reason = _cannot_count(report)
        not_compared = (*origin.unknown, reason) if reason else tuple(origin.unknown)
        return Finding(_distinct(_faults_of_counts(report, claims, origin, recount)), not_compared)
    if origin.supposed is not None and _asks_the_same(report, claims, Origin(origin.supposed), recount):
        return Finding(remarks=(f"made by other sources of version {report.suite.version} that ask the same",))
    return Finding(not_compared=tuple(origin.unknown))


def _asks_the_same(report: Report, claims: Capabilities, supposed: Origin, recount: Recount) -> bool:
    """Whether this suite could have made the report, so that nothing in it depends on how the sources differ."""
    if _cannot_count(report) or any(_faults(report, claims, supposed)):
        return False
    return not any(_faults_of_counts(report, claims, supposed, recount))


def _distinct(sentences: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentences))


def _faults(report: Report, claims: Capabilities, origin: Origin) -> Iterator[str]:
    claimed = claims.features | frozenset(report.implementation.operations)
    rules = origin.rules
    yield from faults_of_header(report, rules)
    if rules is not None:
        yield from faults_of_selection(report, rules)
        yield from faults_of_entries(report, rules, claimed)
    if report.checks is not ABSENT:
        due, elsewhere = None, frozenset[str]()
        if rules is not None and rules.checks is not None:
            whole = to_run(rules.checks, report.run, claimed)
            due = {check.name for check in whole}
            elsewhere = frozenset(due - belongs(whole, report.run))
        yield from faults_of_checks(report, report.checks, due, elsewhere)
        yield from faults_of_subjects(report)
    yield from faults_of_total(report)
    if rules is not None and rules.checks is not None:
        whole = to_run(rules.checks, report.run, claimed)
        own = belongs(whole, report.run)
        expected = [check for check in whole if check.name in own]
        yield from faults_of_run(report, known(report.checks, {}), expected, rules.requirements)
    yield from faults_of_accuracy(report, claims)
    yield from faults_of_failures(report, rules, claims)
    if origin.is_this_suite:
        yield from faults_of_fingerprint(report, claims)
        if report.shard and (fault := fault_of_records(report)):
            yield fault
    yield from _faults_of_conclusion(report, claims, origin)


def _faults_of_conclusion(report: Report, claims: Capabilities, origin: Origin) -> Iterator[str]:
    run = report.run
    claimed = claims.features | frozenset(report.implementation.operations)
    is_said, follows = (
        _named(told)
        for told in (
            report.conclusion,
            conclusion(
                RunOutcome(
                    report.requirements,
                    claimed,
                    report.deviations,
                    known(report.breaches, ()),
                    profile=run.profile,
                    only=selection_of(run),
                    isolation=run.isolation,
                    complete=report.complete,
                    gave_up=known(report.gave_up, None),
                    stopped=report.is_stopped,
                    limits=claims.limits,
                    accept_limits=known(run.accept_limits, False),
                    shard=report.shard,
                )
            ),
        )
    )
    if not origin.is_this_suite:
        # Another version may use other words, and old ones knew no isolation.
        names = ("exit_status", "stale_deviations") if run.isolation == "none" else (*is_said.keys() - {"headline"},)
        if follows["exit_status"] == NO_CERTIFICATE:  # for which older versions had others
            names = (*(name for name in names if name != "exit_status"),)
        follows, is_said = ({name: found[name] for name in names} for found in (follows, is_said))
    if follows != is_said:
        yield f"its conclusion is {_told(is_said)}; from its verdicts follows {_told(follows)}"


def _named(conclusion: Conclusion) -> dict[str, Json]:
    """The values of a conclusion by name; an old one has fewer, and what is none says no more than what is absent."""
    named = as_json(conclusion)
    assert isinstance(named, dict)
    return {name: value for name, value in named.items() if value is not None}


def _told(conclusion: Mapping[str, Json]) -> str:
    others = {name: value for name, value in conclusion.items() if name != "headline"}
    return ", ".join([repr(conclusion.get("headline", "")), *(f"{name} {value}" for name, value in others.items())])


def _faults_of_counts(report: Report, claims: Capabilities, origin: Origin, recount: Recount) -> Iterator[str]:
    assert origin.rules is not None
    assert origin.rules.checks is not None, "it is this suite that made the report"
    checks = known(report.checks, {})
    counts = recount(report.run, claims, [origin.rules.checks[name] for name in checks])
    if _cannot_count(report):
        counts = {name: count for name, count in counts.items() if not count.draws}
    yield from faults_of_counts(report, checks, counts)


def _cannot_count(report: Report) -> str:
    """Why some cases cannot be drawn again; empty if they can."""
    there, here = report.environment.packages.get("hypothesis"), version("hypothesis")
    if there == here:
        return ""
    return f"its cases were drawn by Hypothesis {there}, and here is {here}: of these it is not known which they were"
