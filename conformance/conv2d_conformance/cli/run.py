"""`run`: examine an implementation and write the report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from conv2d_conformance.cli import options
from conv2d_conformance.cli.output_option import Page, console_beside
from conv2d_conformance.cli.problems import HARNESS, INTERRUPTED, Problem
from conv2d_conformance.implementation.resident import USUAL_LIMIT
from conv2d_conformance.output.destination import Destination, find
from conv2d_conformance.spec import PROFILES

if TYPE_CHECKING:
    from conv2d_conformance.report.writing import ReportFile


@click.command()
@click.argument("target")
@click.option(
    "--profile", type=click.Choice(tuple(PROFILES)), default="forward", show_default=True, help="What is required."
)
@options.effort(default="standard")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of everything that is drawn.")
@click.option("--only", metavar="GLOB", default="*", help="Examine some requirements alone, as in 'padding.*'.")
@click.option(
    "--output",
    type=Page(),
    metavar="FILE",
    help="The report, by default named after TARGET and the options; - is standard output, and has it alone.",
)
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes that ask at a time.")
@options.timeout(help="For a single call, and one second more for each million multiplications that it needs.")
@click.option(
    "--memory",
    type=click.FloatRange(0, min_open=True),
    metavar="GIB",
    default=USUAL_LIMIT,
    show_default=True,
    help="For the process of the implementation and what it starts; Linux alone tells how much it holds.",
)
@options.isolation(help="`none` calls the implementation in this process, for a debugger, and earns no certificate.")
@click.option("--keep-going", is_flag=True, help="Ask on, however many calls hang or kill the process.")
@click.option("--deviations", type=click.Path(path_type=Path), metavar="FILE", help="Known failures, declared in TOML.")
@click.pass_context
def run(
    ctx: click.Context,
    target: str,
    profile: str,
    effort: str,
    seed: int,
    only: str,
    output: Destination | None,
    workers: int,
    timeout: float,
    memory: float,
    isolation: str,
    keep_going: bool,
    deviations: Path | None,
) -> None:
    """Examine TARGET and write a report.

    A finished run has the exit status 0 only where every MUST of the profile's core and of the claimed features holds.
    """
    from conv2d_conformance.cli.deviations import read_deviations
    from conv2d_conformance.cli.progress import progress
    from conv2d_conformance.cli.requirement_glob import require_match
    from conv2d_conformance.report.kind import Kind
    from conv2d_conformance.report.text import show
    from conv2d_conformance.report.writing import ReportElsewhere, ReportFile
    from conv2d_conformance.running.options import Options
    from conv2d_conformance.running.run import HarnessFailure, Lacking
    from conv2d_conformance.running.run import run as carry_out

    require_match(only, profile)
    kind = Kind(target=target, profile=profile, effort=effort, seed=seed, only=only, isolation=isolation)
    output = output or find(kind.default_name())
    asked_for = Options(
        target=target,
        profile=profile,
        effort=effort,
        seed=seed,
        only=only,
        output=output.name,
        workers=workers,
        timeout=timeout,
        memory=memory,
        isolation=isolation,
        keep_going=keep_going,
        deviations=read_deviations(deviations) if deviations else (),
    )
    with ReportFile(output, kind) as report_file:
        out = console_beside(output)
        try:
            with progress(f"connecting to {target}") as advance:
                report = carry_out(asked_for, advance, report_file)
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
