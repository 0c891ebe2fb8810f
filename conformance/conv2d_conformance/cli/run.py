"""`run`: examine implementations, and write a report of each."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conv2d_conformance.cli import options
from conv2d_conformance.cli.one_target import carried_out
from conv2d_conformance.cli.output_option import console_beside
from conv2d_conformance.cli.problems import INTERRUPTED, Problem, problem_of
from conv2d_conformance.cli.target_list import device_among, targets_of, whole_target
from conv2d_conformance.output.destination import Destination, find
from conv2d_conformance.output.unwritable import unwritable
from conv2d_conformance.running.options import Options, kind_of

if TYPE_CHECKING:
    from conv2d_conformance.report.report import Report
    from conv2d_conformance.report.target_outcome import TargetOutcome

FORMATS = ("text", "json", "jsonl")


@click.command()
@click.argument("targets", nargs=-1, metavar="TARGET...")
@click.option(
    "--targets", "file", metavar="LIST", help="More targets, one on each line; - is standard input, # begins a comment."
)
@click.option("--devices", default="", metavar="NAMES", help="Of several targets: cuda:0,cuda:1, one for each worker.")
@click.option("--format", type=click.Choice(FORMATS), default="text", show_default=True, help="Of what is printed.")
@click.option("--quiet", is_flag=True, help="Print one line for each target.")
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
    targets: tuple[str, ...],
    file: str | None,
    devices: str,
    format: str,
    quiet: bool,
    output: Destination | Path | None,
    deviations: Path | None,
    shape: tuple[str, ...],
    shapes: str,
    large_indices: bool,
    **chosen: Any,
) -> None:
    """Examine each TARGET and write a report.

    A finished run has the exit status 0 only where every MUST of the profile's core and of the claimed features holds,
    or fails as declared; 1 where one is broken; and 4 where nothing is broken and there is no full certificate, such as
    of a selection, of partial claims, or within limits without --accept-limits.

    Several targets share --workers, and the exit status is the worst, in the order 0, 4, 1, 2, 3, 130. Then --output is
    a folder. A TARGET may be a file of Python alone, where its conv2d is obvious. With --format jsonl, one line of JSON
    tells what became of a target as soon as it ends; json is an array of them all, and of one target the object alone.
    """
    from conv2d_conformance.cases.shape_sets import named
    from conv2d_conformance.cli.deviations import read_deviations
    from conv2d_conformance.cli.large_indices import with_room
    from conv2d_conformance.cli.requirement_glob import require_match
    from conv2d_conformance.cli.shard_option import shard_of

    if quiet and format != "text":
        raise Problem("--quiet is a form of text", f"leave it out beside --format {format}")
    found = targets_of(targets, file)
    names = [name for name in devices.split(",") if name]
    if names and len(found) == 1 and device_among(whole_target(found[0]), names) is None:
        raise Problem("--devices is for several targets", "name the device in the target: TARGET?device=cuda:0")
    destination = find(str(output)) if isinstance(output, Path) and len(found) == 1 else output
    asked = Options(target=found[0], shapes=named(shape, shapes), **chosen)
    if large_indices:
        asked = replace(asked, shapes=named(asked.shapes, with_room(asked, found)))
    if asked.only_shapes and not asked.shapes:
        raise Problem("--only-shapes needs shapes", "name some with --shape or --shapes")
    require_match(asked.only, asked.profile)
    asked = replace(asked, shard=shard_of(asked.shard))
    asked = replace(asked, deviations=read_deviations(deviations) if deviations else ())
    telling = "quiet" if quiet else format
    if len(found) > 1:
        ctx.exit(_many(found, asked, _folder(output), names, telling))
    tell = _told_to_people if telling == "text" else _told_in_short
    assert not isinstance(destination, Path), "a folder is no page of one target"
    if asked.scheduler and (asked.isolation == "none" or asked.workers > 1):
        raise Problem("--scheduler has its own processes", "leave out --workers and --isolation")
    if asked.resume and destination is not None and not destination.is_file:
        raise Problem(f"{destination.told} keeps nothing to go on from", "name a file with --output FILE")
    ctx.exit(tell(asked, destination, telling))


def _told_to_people(asked: Options, destination: Destination | None, _: str) -> int:
    """Examine one target, and show its report. The exit status."""
    from conv2d_conformance.report.text import show
    from conv2d_conformance.report.writing import ReportElsewhere

    out = console_beside(destination)
    try:
        report, place = _examined(asked, destination)
    except ReportElsewhere as elsewhere:
        show(elsewhere.report, elsewhere.reason.place or Path("standard output"), out)
        raise elsewhere.reason from None
    show(report, place, out)
    return report.conclusion.exit_status


def _told_in_short(asked: Options, destination: Destination | None, telling: str) -> int:
    """Examine one target, and tell what became of it, whatever that is. The exit status."""
    from conv2d_conformance.cli.told_outcomes import tell_json, teller
    from conv2d_conformance.report.target_outcome import outcome_of, without_verdict
    from conv2d_conformance.report.writing import ReportElsewhere

    if destination is not None and destination.is_standard_output:
        raise Problem("standard output cannot have the report and the outcome", "name a file for the report")
    started = time.monotonic()
    try:
        report, place = _examined(asked, destination)
    except Exception as error:
        cause = error.reason if isinstance(error, ReportElsewhere) else error
        problem = cause if isinstance(cause, Problem) else problem_of(cause)
        problem.show()
        seconds = time.monotonic() - started
        outcome = without_verdict(
            asked.target, problem.message, problem.hint, status=problem.exit_code, seconds=seconds
        )
    else:
        outcome = outcome_of(report, place=str(place), seconds=time.monotonic() - started)
    teller(telling)(outcome)
    if telling == "json":
        tell_json(outcome, indent=2)
    return outcome.exit_status


def _examined(asked: Options, destination: Destination | None) -> tuple[Report, Path]:
    from conv2d_conformance.cli.progress import progress
    from conv2d_conformance.report.writing import ReportFile

    asked = replace(asked, target=whole_target(asked.target))
    kind = kind_of(asked)
    destination = destination or find(kind.default_name())
    asked = replace(asked, output=destination.name)
    with (
        ReportFile(destination, kind, resume=asked.resume) as report_file,
        progress(f"connecting to {asked.target}") as advance,
    ):
        return carried_out(asked, advance, report_file)


def _many(targets: Sequence[str], asked: Options, folder: Path, devices: Sequence[str], telling: str) -> int:
    """Examine several targets, and tell what becomes of each. The exit status."""
    from conv2d_conformance.cli.many_targets import outcomes
    from conv2d_conformance.cli.progress import progress
    from conv2d_conformance.cli.told_outcomes import show_outcomes, tell_json, teller
    from conv2d_conformance.report.console import console
    from conv2d_conformance.report.target_outcome import worst_status

    if asked.isolation == "none":
        raise Problem("--isolation none is for a debugger, and for one target", "name one target")
    if asked.scheduler:
        raise Problem("--scheduler divides the checks of one target", "name one target")
    ended: list[TargetOutcome] = []
    tell = teller(telling)
    with progress(f"starting with {targets[0]}") if telling == "text" else nullcontext() as advance:

        def on_end(outcome: TargetOutcome) -> None:
            ended.append(outcome)
            tell(outcome)
            if advance is not None:
                advance(len(ended), len(targets), outcome.target)

        try:
            found: Sequence[TargetOutcome] = outcomes(targets, asked, folder, devices, on_end)
        except KeyboardInterrupt:
            found = ended
    if telling == "text":
        show_outcomes(found, console())
    if telling == "json":
        tell_json(found, indent=2)
    if len(found) < len(targets) or any(one.exit_status == INTERRUPTED for one in found):
        hint = (
            f"the reports of {sum(one.report is not None for one in found)} of {len(targets)} targets are in {folder}"
        )
        Problem("interrupted", hint, status=INTERRUPTED).show()
        return INTERRUPTED
    return worst_status([one.exit_status for one in found])


def _folder(output: Destination | Path | None) -> Path:
    """The folder of the reports, which is made where it is not there."""
    folder = Path(output.name) if isinstance(output, Destination) else output or Path()
    if isinstance(output, Destination) and (output.is_standard_output or folder.exists()):
        raise Problem("of several targets, --output is the folder of their reports", "name a folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(str(folder), folder, error, option="--output") from None
    return folder
