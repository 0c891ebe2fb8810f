"""Turn the records of the checks into a verdict for each requirement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Final

from conv2d_conformance import spec
from conv2d_conformance.contract.capabilities import CORE, Capabilities
from conv2d_conformance.report.deviations import Deviation, by_requirement
from conv2d_conformance.report.header import Introduction
from conv2d_conformance.report.not_reached import breaks_elsewhere, refusals_by_requirement
from conv2d_conformance.report.report import Entry, Report, Verdict
from conv2d_conformance.spec import Requirement
from conv2d_conformance.verdict.failure import Failure
from conv2d_conformance.verdict.record import Record

NOT_REACHED: Final = "not reached"
"""The verdict where a refusal that breaks another requirement, or the early end of the run, prevented a judgement."""

VERDICTS: tuple[Verdict, ...] = ("pass", "fail", "error", NOT_REACHED, "unsupported")


def core_of(profile: str) -> frozenset[str]:
    """The features and operations that a certificate of a profile needs, besides one floating dtype."""
    return CORE | spec.PROFILES[profile] | (set() if spec.is_smallest(profile) else {"validation"})


def claimed_by(implementation: Introduction) -> frozenset[str]:
    """The features and operations that an implementation claims in its introduction."""
    return Capabilities.from_json(implementation.capabilities).features | frozenset(implementation.operations)


def limits_of(implementation: Introduction) -> tuple[str, ...]:
    """The limits within which an implementation says that it answers."""
    return Capabilities.from_json(implementation.capabilities).limits


def in_scope(requirement: Requirement, profile: str) -> bool:
    return spec.is_within(requirement.profile, profile)


def requirement_entries(
    records: Iterable[Record],
    checks: Mapping[str, tuple[str, ...]],
    claimed: frozenset[str],
    profile: str,
    only: str,
    *,
    cut_short: bool = False,
    left_out: Collection[str] = (),
) -> list[Entry]:
    """One entry for each requirement in scope that has a check, in the order of the spec.

    `checks` maps a check's name to its requirements. A requirement of which a check that had to run left no record is
    not reached in a run that was `cut_short`, or where the check was `left_out` on purpose, and an error in any other:
    silence is never a pass. Nor is a check that was ended by a refusal which breaks another requirement. What no call
    within the limits is about, or could show to be broken, is not claimed.
    """
    by_check = {record.check: record for record in records}
    silent = {name for name, covered in checks.items() if name not in by_check and _runs(covered, claimed, profile)}
    examined: list[tuple[Requirement, list[str]]] = []
    for requirement in spec.load().requirements.values():
        names = [name for name, covered in checks.items() if requirement.id in covered]
        if names and in_scope(requirement, profile) and fnmatchcase(requirement.id, only):
            examined.append((requirement, names))
    judged = {item.id for item, _ in examined if item.needs <= claimed}
    refusals = refusals_by_requirement(by_check.values(), checks, judged)
    unreached = {name for name, record in by_check.items() if breaks_elsewhere(record, checks[name], judged)}
    entries = []
    for requirement, names in examined:
        entry = entry_of(requirement, names)
        mute: set[str] = set()
        if requirement.id in judged:
            seen = [record.observed.get(requirement.id) for record in by_check.values()]
            seen.append(refusals.get(requirement.id))
            own = [by_check[name] for name in names if name in by_check]
            if "limits" in claimed:
                own = [record for record in own if record.failure is not None or record.asked]
                if all(map(is_mute, own)) and not any(seen) and silent.isdisjoint(names):
                    entries.append(entry)
                    continue
                mute = {record.check for record in own if is_mute(record)}
            entry = _judged(entry, own, unreached, mute, [failure for failure in seen if failure is not None])
            if entry.verdict == "pass" and not (own and silent.isdisjoint(names)):
                missing = silent.intersection(names)
                is_open = cut_short or (missing and missing <= set(left_out))
                entry = replace(entry, verdict=NOT_REACHED if is_open else "error")
        entries.append(entry)
    return entries


def entry_of(
    requirement: Requirement,
    checks: Iterable[str],
    *,
    verdict: Verdict = "unsupported",
    failure: Failure | None = None,
) -> Entry:
    """The entry of a requirement before anything is counted."""
    return Entry(
        id=requirement.id,
        level=requirement.level,
        profile=requirement.profile,
        features=tuple(sorted(requirement.features)),
        checks=tuple(checks),
        verdict=verdict,
        cases=0,
        evidence=0,
        elements=0,
        failure=failure,
    )


def _runs(covered: Iterable[str], claimed: frozenset[str], profile: str) -> bool:
    """Whether a check of these requirements runs under these claims and this profile."""
    requirements = [spec.get(name) for name in covered]
    return all(requirement.needs <= claimed and in_scope(requirement, profile) for requirement in requirements)


def is_mute(record: Record) -> bool:
    """Whether a check ended without a failure, and nothing that it asked could have shown one."""
    return record.failure is None and not record.evidence


def _judged(
    entry: Entry, records: list[Record], unreached: Collection[str], mute: Collection[str], seen: list[Failure]
) -> Entry:
    """The entry with its verdict, from its own records and from failures of it `seen` in other checks.

    A check that is `mute` within limits says nothing, and is no error.
    """
    reached = [record for record in records if record.check not in unreached]
    failures = [*(record.failure for record in reached if record.outcome == "fail"), *seen]
    errors = [record.failure for record in reached if record.outcome == "error" and record.check not in mute]
    open_ones = [record.failure for record in records if record.check in unreached]
    verdict: Verdict = "fail" if failures else "error" if errors else NOT_REACHED if open_ones else "pass"
    return replace(
        entry,
        verdict=verdict,
        cases=len(set().union(*(record.digests for record in records))),
        evidence=sum(record.evidence for record in records),
        elements=sum(record.elements for record in records),
        failure=next((failure for failure in failures + errors + open_ones if failure), None),
    )


def unchecked(checks: Mapping[str, tuple[str, ...]], profile: str) -> list[str]:
    """The requirements in scope that have no check in this version, and therefore no verdict."""
    covered = {requirement for requirements in checks.values() for requirement in requirements}
    return [
        requirement.id
        for requirement in spec.load().requirements.values()
        if in_scope(requirement, profile) and requirement.id not in covered
    ]


def declared_failures(report: Report) -> dict[str, Deviation]:
    """The deviations whose requirements do not hold, by requirement."""
    failing = {entry.id for entry in report.requirements if entry.verdict in ("fail", "error", NOT_REACHED)}
    return {name: deviation for name, deviation in by_requirement(report.deviations).items() if name in failing}
