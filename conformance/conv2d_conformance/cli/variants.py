"""`variants`: no false alarms."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conv2d_conformance.cli import options
from conv2d_conformance.cli.answer_format import JSON, console_for, format_option, tell
from conv2d_conformance.cli.output_option import Page
from conv2d_conformance.output.destination import Destination

if TYPE_CHECKING:
    from rich.console import Console

    from conv2d_conformance.effort import Effort
    from conv2d_conformance.variants.alarms import VariantResult


@click.command()
@click.option("--seeds", type=click.IntRange(1), default=3, show_default=True, help="So many runs of each.")
@click.option("--first-seed", type=click.IntRange(0), default=0, show_default=True, help="The others follow it.")
@options.option("effort", default="quick")
@click.option("--drawn", type=click.IntRange(1), help="Cases drawn by each check, and small fixed ones: not an effort.")
@options.option("workers", default=2, help="Processes at a time.")
@options.option("scheduler")
@options.option("only", help="Some variants alone, as in 'winograd-*'.")
@options.option("output", help="A page in Markdown with the outcome.")
@click.option("--resume", type=Page(), metavar="FILE", help="Keep what is done in this file, and go on from it.")
@format_option()
@click.pass_context
def variants(
    ctx: click.Context,
    seeds: int,
    first_seed: int,
    effort: str,
    drawn: int | None,
    workers: int,
    scheduler: str,
    only: str,
    output: Destination | None,
    resume: Destination | None,
    format: str,
) -> None:
    """Look for false alarms.

    Every check meets implementations that are right in another way: other orders of summation, formats and algorithms
    in their own grade, memory layouts, exceptions. The exit status is 0 where every check passes with every seed.
    """
    import shlex
    from fnmatch import fnmatchcase

    from conv2d_conformance.cli.problems import INTERRUPTED, Problem
    from conv2d_conformance.cli.progress import progress
    from conv2d_conformance.effort import EFFORTS as KNOWN
    from conv2d_conformance.effort import Effort
    from conv2d_conformance.output.saving import save
    from conv2d_conformance.report.console import paragraph, whole_line
    from conv2d_conformance.running import unfinished_run
    from conv2d_conformance.typed_json import as_json
    from conv2d_conformance.variants import catalogue
    from conv2d_conformance.variants.alarms import VariantResult, run
    from conv2d_conformance.variants.markdown import page, sentence

    names = [name for name in catalogue() if fnmatchcase(name, only)]
    if not names:
        raise Problem(f"no variant matches {only!r}", f"there are {', '.join(catalogue())}")
    asked = KNOWN[effort] if drawn is None else Effort("few", drawn, multiply_adds=10_000, tiles=200)
    out = console_for(format, output)
    results = {name: VariantResult(runs=seeds) for name in names}
    numbers = range(first_seed, first_seed + seeds)
    if resume is not None and not resume.is_file:
        raise Problem(f"{resume.told} keeps nothing", "name a file with --resume FILE")
    done = {} if resume is None else results_so_far(resume.path, numbers, asked, names)
    for found in done.values():
        for name, result in found.items():
            results[name] += result
    reached = f"after {len(done)} checks" if done else "before the first check was done"
    try:
        with progress("starting") as advance:

            def take(check: str, found: dict[str, VariantResult], number: int, of_all: int) -> None:
                nonlocal reached
                for name, result in found.items():
                    results[name] += result
                if resume is not None:
                    unfinished_run.add(resume.path, check, as_json(found))
                reached = f"after {number} of {of_all} checks"
                advance(number, of_all, check)
                if not out.is_terminal:
                    whole_line(out, f"{number} of {of_all} checks: {check}")

            run(numbers, take, effort=asked, workers=workers, scheduler=scheduler, names=names, done=done)
    except KeyboardInterrupt:
        number = show_alarms(out, results)
        raise Problem(f"interrupted {reached}; false alarms so far: {number}", status=INTERRUPTED) from None
    number = show_alarms(out, results)
    paragraph(out, sentence(results), style="bold red" if number else "bold green")
    if format == JSON:
        from conv2d_conformance.cli.answers.measured import VariantsOutcome

        replays = tuple(alarm.again for result in results.values() for alarm in result.alarms)
        tell(VariantsOutcome(sentence(results), number, replays, results))
    if output is not None:
        chosen = {
            "seeds": seeds,
            "first-seed": first_seed,
            **({"effort": effort} if drawn is None else {"drawn": drawn}),
            "only": only,
            "output": Path(output.name).name,  # in whatever folder: the page is published
        }
        given = shlex.join(word for name, value in chosen.items() for word in (f"--{name}", str(value)))
        save(output, page(results, f"conv2d-conformance variants {given}"))
    ctx.exit(1 if number else 0)


def results_so_far(file: Path, numbers: range, effort: Effort, names: list[str]) -> dict[str, dict[str, VariantResult]]:
    """The results of this run in the file, by check."""
    from conv2d_conformance import sources, spec
    from conv2d_conformance.checks import catalogue as checks
    from conv2d_conformance.running import unfinished_run
    from conv2d_conformance.typed_json import Json, as_json, from_json
    from conv2d_conformance.variants.alarms import VariantResult

    asked: dict[str, Json] = {
        "suite": sources.digest(),
        "specification": spec.load().digest,
        "seeds": [numbers.start, numbers.stop],
        "effort": as_json(effort),
        "variants": [*names],
        "checks": list(checks()),
    }
    found = unfinished_run.begin(file, asked)
    try:
        return {check: from_json(result, dict[str, VariantResult]) for check, result in found.items()}
    except ValueError:
        raise unfinished_run.OtherRun(file) from None


def show_alarms(out: Console, results: Mapping[str, VariantResult]) -> int:
    """Print each alarm with the command that reproduces it. Returns their number."""
    from conv2d_conformance.report.console import whole_line

    alarms = [alarm for result in results.values() for alarm in result.alarms]
    for alarm in alarms:
        what = f"got {alarm.got}, required {alarm.required}"
        whole_line(out, f"ALARM   {alarm.variant}, {alarm.check}, seed {alarm.seed}: {what}", style="red")
        whole_line(out, f"replay  {alarm.again}")
    return len(alarms)
