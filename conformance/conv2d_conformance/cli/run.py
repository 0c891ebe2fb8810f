"""`run`: examine an implementation and write the report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conv2d_conformance.cli import options
from conv2d_conformance.cli.output_option import console_beside
from conv2d_conformance.cli.problems import HARNESS, INTERRUPTED, Problem
from conv2d_conformance.output.destination import Destination, find
from conv2d_conformance.running.options import Options, kind_of

if TYPE_CHECKING:
    from conv2d_conformance.report.writing import ReportFile


@click.command()
@click.argument("target")
@options.of_a_run
@click.option(
    "--large-indices",
    is_flag=True,
    help="Judge arrays just beyond 2^31 bytes and elements too, each where there is room for it.",
)
@click.option("--shape", multiple=True, metavar="CASE", help="Judge this shape at full size too; repeatable.")
@click.pass_context
def run(
    ctx: click.Context,
    /,
    target: str,
    output: Destination | None,
    deviations: Path | None,
    shape: tuple[str, ...],
    shapes: str,
    large_indices: bool,
    **chosen: Any,
) -> None:
    """Examine TARGET and write a report.

    A finished run has the exit status 0 only where every MUST of the profile's core and of the claimed features holds,
    or fails as declared; 1 where one is broken; and 4 where nothing is broken and there is no full certificate, such as
    of a selection, of partial claims, or within limits without --accept-limits.
    """
    from conv2d_conformance.cases.shape_sets import named
    from conv2d_conformance.cli.deviations import read_deviations
    from conv2d_conformance.cli.large_indices import with_room
    from conv2d_conformance.cli.progress import progress
    from conv2d_conformance.cli.requirement_glob import require_match
    from conv2d_conformance.report.text import show
    from conv2d_conformance.report.writing import ReportElsewhere, ReportFile
    from conv2d_conformance.running.run import HarnessFailure, Lacking
    from conv2d_conformance.running.run import run as carry_out

    asked = Options(target=target, shapes=named(shape, shapes), **chosen)
    if large_indices:
        asked = replace(asked, shapes=named(asked.shapes, with_room(asked)))
    if asked.only_shapes and not asked.shapes:
        raise Problem("--only-shapes needs shapes", "name some with --shape or --shapes")
    require_match(asked.only, asked.profile)
    kind = kind_of(asked)
    output = output or find(kind.default_name())
    asked = replace(asked, output=output.name, deviations=read_deviations(deviations) if deviations else ())
    with ReportFile(output, kind) as report_file:
        out = console_beside(output)
        try:
            with progress(f"connecting to {target}") as advance:
                report = carry_out(asked, advance, report_file)
        except Lacking as reason:
            hint = f"{reason.lack.hint}{_kept(report_file, '; ')}"
            raise Problem(f"{reason.lack.sentence}, so that there is no verdict", hint, status=HARNESS) from None
        except HarnessFailure as failure:
            raise Problem(str(failure), f"please report it{_kept(report_file, '; ')}", status=HARNESS) from None
        except KeyboardInterrupt:
            hint = _kept(report_file) or "there is no report yet"
            raise Problem("interrupted", hint, status=INTERRUPTED) from None
        except ReportElsewhere as elsewhere:
            show(elsewhere.report, elsewhere.reason.place or Path("standard output"), out)
            raise elsewhere.reason from None
        show(report, report_file.place(report), out)
    ctx.exit(report.conclusion.exit_status)


def _kept(report_file: ReportFile, before: str = "") -> str:
    return f"{before}what was found until then is in {report_file.kept}" if report_file.kept else ""
