"""`variants`: no false alarms."""

from __future__ import annotations

from pathlib import Path

import click

from conv2d_conformance.cli.run import EFFORTS


@click.command()
@click.option("--seeds", type=click.IntRange(1), default=3, show_default=True, help="So many runs of each.")
@click.option("--first-seed", type=click.IntRange(0), default=0, show_default=True, help="The others follow it.")
@click.option("--effort", type=click.Choice(EFFORTS), default="quick", show_default=True, help="How much is asked.")
@click.option("--drawn", type=click.IntRange(1), help="Cases drawn by each check, and small fixed ones: not an effort.")
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True, help="Processes at a time.")
@click.option("--only", metavar="GLOB", default="*", help="Some variants alone, as in 'winograd-*'.")
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="A page in Markdown with the outcome.")
@click.pass_context
def variants(
    ctx: click.Context,
    seeds: int,
    first_seed: int,
    effort: str,
    drawn: int | None,
    workers: int,
    only: str,
    output: Path | None,
) -> None:
    """Look for false alarms.

    Every check meets implementations that are right in another way: other orders of summation, formats and algorithms
    in their own grade, memory layouts, exceptions. The exit status is 0 where every check passes with every seed.
    """
    import shlex
    from fnmatch import fnmatchcase

    from conv2d_conformance.cli.problems import Problem
    from conv2d_conformance.cli.progress import progress
    from conv2d_conformance.effort import EFFORTS as KNOWN
    from conv2d_conformance.effort import Effort
    from conv2d_conformance.report.console import console, paragraph, whole_line
    from conv2d_conformance.variants import catalogue
    from conv2d_conformance.variants.page import page, sentence
    from conv2d_conformance.variants.running import run

    names = [name for name in catalogue() if fnmatchcase(name, only)]
    if not names:
        raise Problem(f"no variant matches {only!r}", f"there are {', '.join(catalogue())}")
    asked = KNOWN[effort] if drawn is None else Effort("few", drawn, multiply_adds=10_000, tiles=200)
    out = console()
    with progress("starting") as advance:

        def tell(check: str, done: int, of_all: int) -> None:
            advance(done, of_all, check)
            if not out.is_terminal:
                whole_line(out, f"{done} of {of_all} checks: {check}")

        numbers = range(first_seed, first_seed + seeds)
        results = run(numbers, effort=asked, workers=workers, names=names, on_result=tell)
    for alarm in (alarm for result in results.values() for alarm in result.alarms):
        what = f"got {alarm.got}, required {alarm.required}"
        whole_line(out, f"ALARM   {alarm.variant}, {alarm.check}, seed {alarm.seed}: {what}", style="red")
        whole_line(out, f"replay  {alarm.again}")
    alarmed = any(result.alarms for result in results.values())
    paragraph(out, sentence(results), style="bold red" if alarmed else "bold green")
    if output is not None:
        options = {
            "seeds": seeds,
            "first-seed": first_seed,
            **({"effort": effort} if drawn is None else {"drawn": drawn}),
            "only": only,
            "output": output.name,  # in whatever folder: the page is published
        }
        given = shlex.join(word for name, value in options.items() for word in (f"--{name}", str(value)))
        output.write_text(page(results, f"conv2d-conformance variants {given}"))
    ctx.exit(1 if alarmed else 0)
