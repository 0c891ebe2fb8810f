"""`deviations`: a file for `run --deviations`, from what fails in a report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conv2d_conformance.cli.answer_format import format_option, tell

if TYPE_CHECKING:
    from conv2d_conformance.report.deviations import Deviation
    from conv2d_conformance.report.report import Entry, Report

FAILING = ("fail", "error", "not reached")


@click.command("deviations")
@click.option(
    "--from", "report", type=click.Path(path_type=Path), required=True, metavar="REPORT", help="In which it fails."
)
@click.option("--issue", required=True, metavar="URL", help="Where that is told; or the path of a page (.md).")
@format_option()
def deviations(report: Path, issue: str, format: str) -> None:
    """Draft a file of deviations from a report.

    It declares each requirement that fails in the report, for the version that the report is about.
    What the report's own run declared keeps its reason and its issue. Edit the reasons: those here are what was seen.
    """
    from conv2d_conformance.cli.deviations import require_address
    from conv2d_conformance.report.reading import read

    require_address("--issue", issue)
    found = read(report)
    drafted = drafted_from(found, issue)
    if format == "json":
        tell(drafted)
    else:
        click.echo("\n".join(_tables(drafted, _versions(found))) or "# nothing fails")


def drafted_from(report: Report, issue: str) -> tuple[Deviation, ...]:
    """A deviation for each requirement that fails; what the run, or this part of it, did not reach is not known to."""
    from conv2d_conformance.report.deviations import Deviation, by_requirement
    from conv2d_conformance.report.verdicts import NOT_REACHED

    declared = by_requirement(report.deviations)
    return tuple(
        Deviation(entry.id, known.reason, known.issue)
        if (known := declared.get(entry.id))
        else Deviation(entry.id, _seen(entry), issue)
        for entry in report.requirements
        if entry.verdict in FAILING and not (entry.verdict == NOT_REACHED and entry.failure is None)
    )


def _seen(entry: Entry) -> str:
    failure = entry.failure
    if failure is None:
        return f"{entry.verdict} in the report"
    return failure.diagnosis or f"got {failure.got}; required is {failure.required}"


def _versions(report: Report) -> str:
    """The one version that the report is about, as a condition; "" for what is no version."""
    from packaging.version import InvalidVersion, Version

    try:
        return f"=={Version(report.implementation.version)}"
    except InvalidVersion:
        return ""


def _tables(drafted: tuple[Deviation, ...], versions: str) -> list[str]:
    from conv2d_conformance.cli.deviations import KEYS

    lines: list[str] = []
    for deviation in drafted:
        said = {key: getattr(deviation, key) for key in KEYS} | ({"version": versions} if versions else {})
        lines += ["[[deviation]]", *(f"{key} = {json.dumps(value)}" for key, value in said.items()), ""]
    return lines[:-1]
