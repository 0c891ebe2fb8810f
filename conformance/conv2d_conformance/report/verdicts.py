"""Turn the records of the checks into a verdict for each requirement, and into the one sentence at the top."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Final

from conv2d_conformance import spec
from conv2d_conformance.contract.capabilities import CORE, Capabilities
from conv2d_conformance.report.deviations import Deviation, by_requirement
from conv2d_conformance.report.header import Introduction
from conv2d_conformance.report.headline import WITHOUT_ISOLATION
from conv2d_conformance.report.not_reached import breaks_elsewhere, refusals_by_requirement
from conv2d_conformance.report.report import Conclusion, Entry, Report, Verdict
from conv2d_conformance.report.stopping import where_stopped
from conv2d_conformance.spec import Requirement
from conv2d_conformance.verdict.failure import Failure
from conv2d_conformance.verdict.record import Record

NOT_REACHED: Final = "not reached"
"""The verdict where a refusal that breaks another requirement, or the early end of the run, prevented a judgement."""

VERDICTS: tuple[Verdict, ...] = ("pass", "fail", "error", NOT_REACHED, "unsupported")
NO_CERTIFICATE = 4
"""The exit status where nothing is broken, and no full certificate is earned all the same."""


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


def conclusion(
    entries: Sequence[Entry],
    claimed: frozenset[str],
    deviations: Collection[Deviation],
    breaches: Sequence[str] = (),
    *,
    profile: str,
    only: str,
    isolation: str,
    complete: bool,
    gave_up: str | None = None,
    stopped: bool = False,
    limits: Sequence[str] = (),
    accept_limits: bool = False,
    shard: str = "",
) -> Conclusion:
    """Whether the implementation conforms, in one sentence, and the exit status that says the same.

    `breaches` of the rules for adapters are no matter of a requirement, and cannot be declared. `gave_up` says after
    what the run gave up, if it did: what is not reached does not hold. A run that was `stopped` by what broke first is
    not complete, and was not interrupted. A deviation is stale where its requirement is judged, or not claimed,
    and does not fail; a glob, where that is so of all that it names. Without `isolation` the implementation shares a
    process with the suite, and could have written its own verdict: there is no certificate. Nor is there for a `shard`,
    which is told in words: what it does not reach is in other parts of the run, and whether a deviation is stale is
    known to all of them together.

    The exit status is 1 where something is broken, and 4 where nothing is and there is no certificate all the same. It
    is 0 for a certificate, where nothing fails but what the caller declares, and within limits that the caller accepts.
    """
    verdicts = {entry.id: entry.verdict for entry in entries}
    broken = [entry.id for entry in entries if entry.level == "MUST" and entry.verdict in ("fail", "error")]
    judged = any(verdict in ("pass", "fail") for verdict in verdicts.values()) or bool(broken)
    declared = set(by_requirement(deviations))
    stale = sorted({one.requirement for one in deviations if one.is_stale(verdicts)} if not shard else ())
    undeclared = [name for name in broken if name not in declared]
    as_declared = f"{_counted(len(broken) - len(undeclared), 'requirement')} broken as declared"
    is_elsewhere = bool(shard) and complete and not gave_up
    unreached = [
        entry.id
        for entry in entries
        if entry.level == "MUST" and entry.verdict == NOT_REACHED and not (is_elsewhere and entry.failure is None)
    ]
    beside = [f"{len(unreached)} not reached"] if unreached else []
    missing = sorted(core_of(profile) - claimed)
    within = f"within its limits: {', '.join(limits)}"
    inside = f"; {within}" if limits else ""
    forbidden = f"{'; '.join(breaches)}, which no adapter may do"

    if stopped:
        refused = [entry.id for entry in entries if entry.failure is not None and entry.id in {*unreached} - declared]
        unanswered = f"no answer for {_some(refused)}, as legal calls were refused"
        what = forbidden if breaches else unanswered if refused and not undeclared else _found(undeclared)
        headline = f"not conforming: stopped {where_stopped(breaches)}; {what}, {_unasked(entries)}"
        status = 1
    elif gave_up:
        headline = f"not conforming: gave up after {gave_up}; {_found(broken)}, {_unasked(entries)}"
        status = 1 if undeclared or breaches else NO_CERTIFICATE
    elif not judged:
        headline, status = "nothing was judged", NO_CERTIFICATE
    elif breaches:
        headline, status = f"not conforming: {forbidden}", 1
    elif undeclared:
        known = [as_declared] if len(undeclared) < len(broken) else []
        number = _counted(len(undeclared), "requirement")
        told = [f"{number} broken ({_some(undeclared)})", *known, *beside]
        headline, status = f"not conforming: {', and '.join(told)}", 1
    elif open_ones := [name for name in unreached if name not in declared or not broken]:
        number = _counted(len(unreached), "requirement")
        headline = f"not conforming: {number} not reached, since legal calls were refused ({_some(open_ones)})"
        status = 1
    elif stale:
        headline = f"stale deviations, which do not fail: {', '.join(stale)}"
        headline, status = f"not conforming: {as_declared}; {headline}" if broken else f"no certificate: {headline}", 1
    elif missing:
        headline = f"partial: no {', no '.join(missing)}" + (f"; {as_declared}" if broken else "") + inside
        status = NO_CERTIFICATE
    elif broken:
        headline = f"not conforming: {', '.join([as_declared, *beside])}, and nothing else{inside}"
        status = 0 if accept_limits or not limits else NO_CERTIFICATE
    elif shard:
        headline, status = f"nothing is broken in it{inside}", NO_CERTIFICATE
    elif only != "*":
        holds = any(entry.level == "MUST" and entry.verdict == "pass" for entry in entries)
        what = "every MUST that is selected holds" if holds else "no MUST is selected that is claimed"
        headline, status = f"{what} ({only}); a selection earns no certificate{inside}", NO_CERTIFICATE
    elif isolation == "none":
        headline = f"all that profile {profile} requires holds; {WITHOUT_ISOLATION}{inside}"
        status = NO_CERTIFICATE
    elif limits:
        headline, status = f"conforming {within}", 0 if accept_limits else NO_CERTIFICATE
    else:
        headline, status = f"conforming to profile {profile}", 0
    if not (complete or stopped):
        headline, status = f"interrupted, {_unasked(entries)}; so far {_found(broken)}", 130
    if shard:
        headline, status = f"{shard}, no certificate: {headline}", status or NO_CERTIFICATE
    reasons = {
        "interrupted": not (complete or stopped),
        "stopped": stopped,
        "gave up": gave_up is not None,
        "nothing judged": not judged,
        "breach": bool(breaches),
        "broken": bool(broken),
        "not reached": bool(unreached),
        "stale deviation": bool(stale),
        "core not claimed": bool(missing),
        "selection": only != "*",
        "shard": bool(shard),
        "no isolation": isolation == "none",
    }
    conforms_inside = bool(limits) and not any(reasons.values())
    reasons["limits"] = bool(limits)
    no_certificate = [reason for reason, holds in reasons.items() if holds]
    return Conclusion(
        headline=headline,
        conforming=not no_certificate,
        no_certificate=tuple(no_certificate),
        within_limits=tuple(limits) if conforms_inside else None,
        exit_status=status,
        stale_deviations=tuple(stale),
    )


def declared_failures(report: Report) -> dict[str, Deviation]:
    """The deviations whose requirements do not hold, by requirement."""
    failing = {entry.id for entry in report.requirements if entry.verdict in ("fail", "error", NOT_REACHED)}
    return {name: deviation for name, deviation in by_requirement(report.deviations).items() if name in failing}


def _unasked(entries: Sequence[Entry]) -> str:
    """How much the run did not reach; a refused call was reached."""
    number = sum(entry.verdict == NOT_REACHED and entry.failure is None for entry in entries)
    return f"{_counted(number, 'requirement')} not reached"


def _found(broken: list[str]) -> str:
    return f"{_counted(len(broken), 'requirement')} broken ({_some(broken)})" if broken else "no MUST broken"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
