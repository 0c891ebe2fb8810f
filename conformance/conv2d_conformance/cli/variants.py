"""`variants`: no false alarms."""

from __future__ import annotations

import click

from conv2d_conformance.cli.run import EFFORTS


@click.command()
@click.option("--seeds", type=click.IntRange(1), default=3, show_default=True, help="So many runs of each.")
@click.option("--effort", type=click.Choice(EFFORTS), default="quick", show_default=True, help="How much is asked.")
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True, help="Processes at a time.")
@click.option("--only", metavar="GLOB", default="*", help="Some variants alone, as in 'winograd-*'.")
@click.pass_context
def variants(ctx: click.Context, seeds: int, effort: str, workers: int, only: str) -> None:
    """Look for false alarms.

    Every check meets implementations that are right in another way: other orders of summation, formats and algorithms
    in their own grade, memory layouts, exceptions. The exit status is 0 where every check passes with every seed.
    """
    from fnmatch import fnmatchcase

    from conv2d_conformance.cli.problems import Problem
    from conv2d_conformance.cli.progress import progress
    from conv2d_conformance.effort import EFFORTS as KNOWN
    from conv2d_conformance.report.console import console, paragraph, whole_line
    from conv2d_conformance.variants import catalogue
    from conv2d_conformance.variants.running import run

    names = [name for name in catalogue() if fnmatchcase(name, only)]
    if not names:
        raise Problem(f"no variant matches {only!r}", f"there are {', '.join(catalogue())}")
    with progress("starting") as advance:
        total = run(range(seeds), effort=KNOWN[effort], workers=workers, names=names, on_progress=advance)
    out = console()
    for alarm in total.alarms:
        whole_line(out, f"{alarm.variant}  seed {alarm.seed}  {alarm.check}")
        for word, text in (("got", alarm.got), ("required", alarm.required), ("case", alarm.case)):
            whole_line(out, f"  {word:9} {text}")
    sentence = (
        f"{len(total.alarms)} false alarms: {len(names)} variants, {seeds} seeds, {total.checks} checks, "
        f"{total.cases} cases, {total.elements} elements judged"
    )
    paragraph(out, sentence, style="bold red" if total.alarms else "bold green")
    ctx.exit(1 if total.alarms else 0)
