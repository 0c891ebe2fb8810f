"""A run that ends at the first broken MUST, or leaves out what decides nothing."""

from __future__ import annotations

from collections.abc import Collection

from conv2d_conformance.checks import catalogue
from conv2d_conformance.report.deviations import by_requirement
from conv2d_conformance.report.header import Header
from conv2d_conformance.report.report import Report
from conv2d_conformance.typed_json import known


def stop_of(header: Header) -> str:
    """What was asked for; older reports are of runs that asked everything."""
    return known(header.run.stop, "never")


def left_out(stop: str) -> frozenset[str]:
    """The checks that a run leaves out whatever it finds: with `must` those that cover no MUST.

    The grades stay: the checks of a MUST find them.
    """
    return frozenset(name for name, check in catalogue().items() if stop == "must" and not check.decides)


def where_stopped(breaches: Collection[str]) -> str:
    """What ended a run, in words: a broken MUST, or, where there are any, `breaches` of the rules for adapters."""
    return f"at the first broken {'rule for adapters' if breaches else 'MUST'}"


def is_decided(report: Report) -> bool:
    """Whether a MUST is broken, or could not be judged, that nobody declared, or a rule for adapters is broken.

    Nothing that is asked later can change that.
    """
    declared = by_requirement(report.deviations)
    return bool(known(report.breaches, ())) or any(
        entry.level == "MUST"
        and (entry.verdict in ("fail", "error") or entry.failure is not None)
        and entry.id not in declared
        for entry in report.requirements
    )
