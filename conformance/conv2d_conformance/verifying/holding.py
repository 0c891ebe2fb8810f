"""Hold a report against all that follows without asking the implementation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from typing import Any

from conv2d_conformance.checks import Check
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.report.deviations import Deviation
from conv2d_conformance.report.validation import fault_of
from conv2d_conformance.report.verdicts import conclusion
from conv2d_conformance.verifying.accuracy import faults_of_accuracy, faults_of_subjects
from conv2d_conformance.verifying.checks import faults_of_checks, faults_of_run, faults_of_total, to_run
from conv2d_conformance.verifying.counts import faults_of_counts
from conv2d_conformance.verifying.entries import faults_of_entries, faults_of_selection
from conv2d_conformance.verifying.failures import faults_of_failures
from conv2d_conformance.verifying.finding import Finding
from conv2d_conformance.verifying.header import faults_of_fingerprint, faults_of_header
from conv2d_conformance.verifying.recount import Count, recount
from conv2d_conformance.verifying.rules import Origin, origin_of

Recount = Callable[[Mapping[str, Any], Capabilities, list[Check]], dict[str, Count]]


def verify(report: Any, recount: Recount = recount) -> Finding:
    """What does not hold in a report, and what could not be compared with these sources of the suite."""
    if fault := fault_of(report):
        return Finding((f"it does not have the form of a report: {fault}",))
    try:
        claims = Capabilities.from_json(report["implementation"]["capabilities"])
    except ValueError as error:
        return Finding((f"no adapter can have its capabilities: {error}",))
    origin = origin_of(report)
    if origin.supposed is not None and _found(report, claims, Origin(origin.supposed), recount) == Finding():
        # Who asked all that is asked here, and no more, differs from this suite in nothing that a report tells.
        return Finding(remarks=(f"made by other sources of version {report['suite']['version']} that ask the same",))
    return _found(report, claims, origin, recount)


def _found(report: Mapping[str, Any], claims: Capabilities, origin: Origin, recount: Recount) -> Finding:
    faults = [*origin.faults, *_faults(report, claims, origin)]
    unknown = list(origin.unknown)
    if not faults and origin.is_this_suite and (reason := _cannot_count(report)):
        unknown.append(reason)
    if origin.is_this_suite and not faults:
        faults += _faults_of_counts(report, claims, origin, recount)
    return Finding(tuple(dict.fromkeys(faults)), tuple(unknown))


def _faults(report: Mapping[str, Any], claims: Capabilities, origin: Origin) -> Iterator[str]:
    claimed = claims.features | frozenset(report["implementation"]["operations"])
    rules = origin.rules
    yield from faults_of_header(report, rules)
    if rules is not None:
        yield from faults_of_selection(report, rules)
        yield from faults_of_entries(report, rules, claimed)
    if "checks" in report:
        due = None
        if rules is not None and rules.checks is not None:
            due = {check.name for check in to_run(rules.checks, report["run"], claimed)}
        yield from faults_of_checks(report, due)
        yield from faults_of_subjects(report)
    yield from faults_of_total(report)
    if rules is not None and rules.checks is not None:
        yield from faults_of_run(report, to_run(rules.checks, report["run"], claimed), rules.requirements)
    yield from faults_of_accuracy(report, claims)
    yield from faults_of_failures(report, rules, claims)
    if origin.is_this_suite:
        yield from faults_of_fingerprint(report, claims)
    yield from _faults_of_conclusion(report, claimed, origin)


def _faults_of_conclusion(report: Mapping[str, Any], claimed: frozenset[str], origin: Origin) -> Iterator[str]:
    run, is_said = report["run"], report["conclusion"]
    follows = conclusion(
        report["requirements"],
        claimed,
        [Deviation(**item) for item in report["deviations"]],
        report.get("breaches", ()),
        profile=run["profile"],
        only=run["only"],
        isolation=run["isolation"],
        complete=report["complete"],
        gave_up=report.get("gave_up"),
    )
    if not origin.is_this_suite:
        # Another version may say the same in other words, and one that was older knew no isolation.
        names = ("exit_status", "stale_deviations") if run["isolation"] == "none" else (*is_said.keys() - {"headline"},)
        follows, is_said = ({name: found[name] for name in names} for found in (follows, is_said))
    if follows != is_said:
        yield f"its conclusion is {_told(is_said)}; from its verdicts follows {_told(follows)}"


def _told(conclusion: Mapping[str, Any]) -> str:
    others = {name: value for name, value in conclusion.items() if name != "headline"}
    return ", ".join([repr(conclusion.get("headline", "")), *(f"{name} {value}" for name, value in others.items())])


def _faults_of_counts(
    report: Mapping[str, Any], claims: Capabilities, origin: Origin, recount: Recount
) -> Iterator[str]:
    assert origin.rules is not None
    assert origin.rules.checks is not None, "it is this suite that made the report"
    counts = recount(report["run"], claims, [origin.rules.checks[name] for name in report["checks"]])
    if _cannot_count(report):
        counts = {name: count for name, count in counts.items() if not count.draws}
    yield from faults_of_counts(report, counts)


def _cannot_count(report: Mapping[str, Any]) -> str:
    """Why some cases cannot be drawn again; nothing where they can."""
    there, here = report["environment"]["packages"].get("hypothesis"), version("hypothesis")
    if there == here:
        return ""
    return f"its cases were drawn by Hypothesis {there}, and here is {here}: of these it is not known which they were"
