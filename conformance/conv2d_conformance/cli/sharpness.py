"""`sharpness`: measure how small an error is seen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from conv2d_conformance.cli import options
from conv2d_conformance.cli.answer_format import JSON, console_for, format_option, tell
from conv2d_conformance.output.destination import Destination, find

if TYPE_CHECKING:
    from conv2d_conformance.cli.answers.measured import SharpnessOutcome
    from conv2d_conformance.sharpness.markdown import Sights


@click.command()
@click.option(
    "--effort",
    "efforts",
    type=options.EFFORT,
    multiple=True,
    default=("quick",),
    show_default=True,
    help="Whose cases; may be given several times.",
)
@options.option("only", help="Some dtypes alone, as in 'float32' or '*16'.")
@options.option("workers", default=2, help="Processes at a time.")
@options.option("scheduler")
@options.option("output", help="A page in Markdown with the outcome.")
@format_option()
@click.pass_context
def sharpness(
    ctx: click.Context,
    efforts: tuple[str, ...],
    only: str,
    workers: int,
    scheduler: str,
    output: Destination | None,
    format: str,
) -> None:
    """Measure how small an error is seen.

    Errors that are known are put into right answers, and become smaller until they are not refused: by this suite, in
    every accuracy class, and beside it by the tolerances of unit tests. The exit status is 0 where no class refuses a
    right answer.
    """
    import shlex
    from fnmatch import fnmatchcase

    from conv2d_conformance.cli.problems import Problem
    from conv2d_conformance.cli.progress import progress
    from conv2d_conformance.contract.formats import DTYPES
    from conv2d_conformance.effort import EFFORTS
    from conv2d_conformance.output.saving import save
    from conv2d_conformance.sharpness.markdown import false_refusals, page
    from conv2d_conformance.sharpness.measurement import measure

    console_for(format, output)  # so that the two do not meet on standard output
    dtypes = [dtype for dtype in DTYPES if fnmatchcase(dtype, only)]
    if not dtypes:
        raise Problem(f"no dtype matches {only!r}", f"there are {', '.join(DTYPES)}")
    chosen = [EFFORTS[name] for name in dict.fromkeys(efforts)]
    with progress("starting") as advance:
        found = measure(chosen, dtypes=dtypes, workers=workers, scheduler=scheduler, on_progress=advance)
    words = [word for effort in chosen for word in ("--effort", effort.name)] + ["--only", only]
    words += (
        ["--output", Path(output.name).name] if output is not None else []
    )  # without its folder, since the page is published
    text = page(found, f"conv2d-conformance sharpness {shlex.join(words)}")
    if format == JSON:
        tell(_for_programs(found))
    if output is not None or format != JSON:
        save(output or find("-"), text)
    ctx.exit(1 if false_refusals(found) else 0)


def _for_programs(found: Sights) -> SharpnessOutcome:
    """What was measured, for programs."""
    from conv2d_conformance.cli.answers.measured import SharpnessAt, SharpnessOutcome
    from conv2d_conformance.sharpness.markdown import false_refusals, sentence

    places = []
    for effort, sights in found.items():
        for (dtype, depth), sight in sights.items():
            seen: dict[str, dict[str, int]] = {}
            for (rule, kind), k in sight.seen.items():
                seen.setdefault(rule, {})[kind] = k
            places.append(SharpnessAt(effort, dtype, depth, sight.cases, sight.right, seen, sight.refused))
    return SharpnessOutcome(sentence(found), false_refusals(found), tuple(places))
