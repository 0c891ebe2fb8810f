"""A report at a glance: what was examined and when, the result, and what of it is restricted, each in a few words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from packaging.version import InvalidVersion, Version

from conv2d_conformance.contract.composed import told
from conv2d_conformance.implementation.target import split
from conv2d_conformance.report.composed_parts import composed_of
from conv2d_conformance.report.report import Report
from conv2d_conformance.report.verdicts import limits_of

LONGEST_ARITHMETIC = 60

Reports = Mapping[str, Report]
"""Reports by path."""


@dataclass(frozen=True, kw_only=True)
class Glance:
    """The columns of a table of reports."""

    implementation: str
    version: str
    options: str
    profile: str
    effort: str
    date: str
    result: str
    accuracy: str
    arithmetic: str
    limits: str
    composed: str

    @classmethod
    def at(cls, report: Report) -> Glance:
        implementation = report.implementation
        return cls(
            implementation=implementation.name,
            version=implementation.version,
            options=options_of(report),
            profile=report.run.profile,
            effort=_asked(report),
            date=report.execution.started[:10],
            result=report.headline,
            accuracy=_accuracy(report),
            arithmetic=_arithmetic(report),
            limits=", ".join(limits_of(implementation)),
            composed=told(composed_of(implementation)),
        )


COLUMNS = tuple(field.name for field in fields(Glance))


def in_order(reports: Reports) -> list[tuple[str, Report]]:
    """By implementation, the latest release first, and the one without options before the others."""
    by_options = sorted(reports.items(), key=lambda item: (options_of(item[1]), item[0]))
    by_version = sorted(by_options, key=lambda item: version_of(item[1]), reverse=True)
    return sorted(by_version, key=lambda item: item[1].implementation.name.lower())


def latest(reports: Reports) -> dict[str, Report]:
    """The reports on the latest release of each implementation."""
    newest: dict[str, tuple[Version, str]] = {}
    for report in reports.values():
        name, version = report.implementation.name, version_of(report)
        newest[name] = max(newest.get(name, version), version)
    return {path: found for path, found in reports.items() if version_of(found) == newest[found.implementation.name]}


def version_of(report: Report) -> tuple[Version, str]:
    """The version as it is ordered. One that is no version of a release comes before all that are, by its letters."""
    text = report.implementation.version
    try:
        return Version(text), text
    except InvalidVersion:
        return Version("0.dev0"), text


def options_of(report: Report) -> str:
    """The options of the target."""
    return split(report.run.target)[1] or ""


def name_of(report: Report) -> str:
    """The implementation with its version and options."""
    implementation, options = report.implementation, options_of(report)
    return f"{implementation.name} {implementation.version}" + (f" ({options})" if options else "")


def _asked(report: Report) -> str:
    """The effort and, where not all was asked, which requirements alone, and which part of a run."""
    only = () if report.run.only == "*" else (f"only {report.run.only}",)
    return ", ".join((report.run.effort, *only, *((report.shard,) if report.shard else ())))


def broken_in(report: Report) -> str:
    """The number of requirements that fail in each chapter."""
    failing = [entry.id.partition(".")[0] for entry in report.requirements if entry.verdict in ("fail", "error")]
    return ", ".join(f"{chapter} {failing.count(chapter)}" for chapter in dict.fromkeys(failing))


def _accuracy(report: Report) -> str:
    """The grade of each dtype, those of gradients apart where they are others."""
    grades: dict[str, list[str]] = {}
    for subject, found in report.accuracy.items():
        dtype, _, operation = subject.partition("/")
        own = report.accuracy.get(dtype)
        if not operation or own is None or own.grade != found.grade:
            grades.setdefault(found.grade or "none", []).append(subject)
    return "; ".join(f"{grade}: {', '.join(subjects)}" for grade, subjects in grades.items())


def _arithmetic(report: Report) -> str:
    """The first words about what is behind the numbers of the first dtype."""
    dtypes = report.fingerprint.dtypes if report.fingerprint else {}
    return _fitting(next((found.summary[0].clauses for found in dtypes.values() if found.summary), ()))


def _fitting(clauses: Iterable[str]) -> str:
    line = ""
    for clause in clauses:
        longer = f"{line}; {clause}" if line else clause
        if len(longer) > LONGEST_ARITHMETIC:
            break
        line = longer
    return line
