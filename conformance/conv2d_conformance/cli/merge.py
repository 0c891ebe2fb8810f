"""`merge`: one report of the parts of a run."""

from __future__ import annotations

from pathlib import Path

import click

from conv2d_conformance.cli.answer_format import JSON, format_option, tell
from conv2d_conformance.cli.output_option import Page, console_beside
from conv2d_conformance.output.destination import Destination, find


@click.command()
@click.argument("reports", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="REPORT...")
@click.option(
    "-o", "--output", type=Page(), metavar="FILE", help="The report, by default named as that of one run of the whole."
)
@format_option()
@click.pass_context
def merge(ctx: click.Context, reports: tuple[Path, ...], output: Destination | None, format: str) -> None:
    """Make one report of all parts of a run.

    Each REPORT is of one part, `run --shard I/N`. They must be equal but for the part and the time, each must be there
    once, and none may be missing. The report, the verdict and the exit status are those of one run of the whole.
    """
    from conv2d_conformance.cli.problems import Problem
    from conv2d_conformance.report.kind import Kind
    from conv2d_conformance.report.merging import merged
    from conv2d_conformance.report.reading import read
    from conv2d_conformance.report.target_outcome import outcome_of
    from conv2d_conformance.report.text import show
    from conv2d_conformance.report.writing import ReportElsewhere, ReportFile

    if format == JSON and output is not None and output.is_standard_output:
        raise Problem("standard output cannot have the report and the outcome", "name a file for the report")
    report = merged({str(path): read(path) for path in reports})
    kind = Kind.of(report.run)
    with ReportFile(output or find(kind.default_name()), kind) as file:
        try:
            file.publish(report)
        except ReportElsewhere as elsewhere:
            raise elsewhere.reason from None
        place = file.place(report)
    if format == JSON:
        tell(outcome_of(report, place=str(place), seconds=report.execution.seconds or 0))
    else:
        show(report, place, console_beside(output))
    ctx.exit(report.conclusion.exit_status)
