"""Causes of failures that several reports have in common, so that each fault is told once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from conv2d_conformance.report.causes import Cause, causes
from conv2d_conformance.report.report import Entry, Report


@dataclass(frozen=True)
class SharedCause:
    """A cause as the first of its reports tells it, with every report that has it and every requirement it breaks."""

    cause: Cause
    reports: tuple[Report, ...]
    entries: tuple[Entry, ...]


def shared_causes(reports: Iterable[Report]) -> list[SharedCause]:
    """The causes in all reports, the one that breaks most requirements first.

    Reports have one cause in common where the diagnosis is the same, or else the simplest case and what was got.
    """
    found: dict[tuple[str, ...], list[tuple[Report, Cause]]] = {}
    for report in reports:
        for cause in causes(report):
            found.setdefault(_key(cause), []).append((report, cause))
    shared = []
    for members in found.values():
        entries = {entry.id: entry for _, cause in members for entry in cause.entries}
        told = dict.fromkeys(id(report) for report, _ in members)
        own = {id(report): report for report, _ in members}
        shared.append(SharedCause(members[0][1], tuple(own[one] for one in told), tuple(entries.values())))
    return sorted(shared, key=lambda one: -len(one.entries))


def _key(cause: Cause) -> tuple[str, ...]:
    if cause.diagnosis:
        return ("looks like", cause.diagnosis)
    return ("mute",) if cause.failure is None else (cause.failure.case, cause.failure.got)
