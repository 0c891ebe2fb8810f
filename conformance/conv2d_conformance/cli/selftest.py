"""`selftest`: certify the certifier."""

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
    from conv2d_conformance.selftest.kills import Encounter


@click.command()
@options.option("effort", default="quick")
@options.option("seed")
@options.option("workers", default=2, help="Processes at a time.")
@options.option("scheduler")
@click.option(
    "--matrix",
    type=Page(),
    metavar="FILE",
    help="Let every mutant meet the checks of other requirements too, and write a page in Markdown.",
)
@options.option("only", help="Some mutants alone, as in 'bias_*'.")
@click.option(
    "--full-size",
    is_flag=True,
    help="Instead, the mutants that are wrong only where shapes are large: two of them take minutes and some GiB.",
)
@click.option("--resume", type=Page(), metavar="FILE", help="Keep what is done in this file, and go on from it.")
@format_option()
@click.pass_context
def selftest(
    ctx: click.Context,
    effort: str,
    seed: int,
    workers: int,
    scheduler: str,
    matrix: Destination | None,
    only: str,
    full_size: bool,
    resume: Destination | None,
    format: str,
) -> None:
    """Certify the certifier.

    Every mutant, an implementation that is wrong on purpose, meets the checks of the requirement that it breaks. The
    exit status is 0 where all of them are killed and, of the whole catalogue, every check killed one that no other
    check of its requirement kills: then none can be removed unnoticed. Mutants that answer everything alike are named,
    and count as one.
    """
    from fnmatch import fnmatchcase

    from conv2d_conformance.checks import catalogue as checks
    from conv2d_conformance.cli.problems import Problem
    from conv2d_conformance.cli.progress import progress
    from conv2d_conformance.cli.selftest_full_size import selftest_at_full_size
    from conv2d_conformance.mutants import catalogue
    from conv2d_conformance.output.saving import save
    from conv2d_conformance.report.console import paragraph, whole_line
    from conv2d_conformance.running import unfinished_run
    from conv2d_conformance.selftest.distinct import alike
    from conv2d_conformance.selftest.kills import Summary, run
    from conv2d_conformance.selftest.markdown import matrix_page
    from conv2d_conformance.typed_json import as_json

    if full_size:
        if matrix is not None:
            raise Problem("--matrix has no page of the mutants of size", "leave out one of the two")
        if resume is not None:
            raise Problem("--resume keeps nothing of the mutants of size", "leave out one of the two")
        ctx.exit(selftest_at_full_size(only, seed, format))
    out = console_for(format, matrix)
    names = [name for name in catalogue() if fnmatchcase(name, only)]
    if not names:
        raise Problem(f"no mutant matches {only!r}", "`conv2d-conformance list mutants` names them all")
    if resume is not None and not resume.is_file:
        raise Problem(f"{resume.told} keeps nothing", "name a file with --resume FILE")
    asked: dict[str, str | int | bool] = {
        "effort": effort,
        "seed": seed,
        "matrix": matrix is not None,
        "only": only,
    }
    done = {} if resume is None else met_so_far(resume.path, asked)

    def keep(name: str, found: list[Encounter]) -> None:
        if resume is not None:
            unfinished_run.add(resume.path, name, as_json(found))

    with progress("starting") as advance:
        met = run(
            effort=effort,
            run_seed=seed,
            workers=workers,
            scheduler=scheduler,
            names=names,
            matrix=matrix is not None,
            done=done,
            on_met=keep,
            on_progress=advance,
        )
        encounters = [found for found in met if found.requirement in checks()[found.check].requirements]
        advance(len(names), len(names), "telling them apart")
        groups = alike(encounters, effort=effort, run_seed=seed)
    summary = Summary.of(encounters, names)
    wide = max(len(found.mutant) for found in encounters)
    for found in encounters:
        told = "killed" if found.killed else "survived"
        whole_line(out, f"{found.mutant:{wide}}  {told:8} {found.cases:5} cases {found.seconds:6.2f} s  {found.check}")
    out.print()
    for survivor in summary.survivors:
        paragraph(out, f"{survivor}: {catalogue()[survivor].sentence}", label="SURVIVED", style="red")
    is_whole = only == "*"
    if is_whole:
        for check in summary.idle:
            paragraph(out, f"{check} killed none of the mutants of its requirement", label="IDLE", style="red")
        for check in summary.replaceable:
            paragraph(out, f"{check} killed none that no other check kills", label="REPLACEABLE", style="red")
    for group in groups:
        paragraph(out, f"{', '.join(group)}: nothing tells these mutants apart", label="ALIKE", style="yellow")
    distinct = len(names) - sum(len(group) - 1 for group in groups)
    is_good = summary.is_good if is_whole else summary.kills_all
    sentence = f"{summary.sentence}; {distinct} of them are distinct"
    paragraph(out, sentence, style="bold green" if is_good else "bold red")
    if format == JSON:
        from conv2d_conformance.cli.answers.measured import SelftestOutcome

        tell(
            SelftestOutcome(
                sentence=sentence,
                good=is_good,
                mutants=len(names),
                survivors=summary.survivors,
                idle_checks=summary.idle if is_whole else (),
                replaceable_checks=summary.replaceable if is_whole else (),
                alike=tuple(map(tuple, groups)),
                encounters=tuple(encounters),
            )
        )
    if matrix is not None:
        save(matrix, matrix_page(met, {name: catalogue()[name] for name in names}, effort))
    ctx.exit(0 if is_good else 1)


def met_so_far(file: Path, options: Mapping[str, str | int | bool]) -> dict[str, list[Encounter]]:
    """The encounters of this selftest in the file, by mutant."""
    from conv2d_conformance import sources
    from conv2d_conformance.running import unfinished_run
    from conv2d_conformance.selftest.kills import Encounter
    from conv2d_conformance.typed_json import from_json

    found = unfinished_run.begin(file, {"selftest": sources.digest(), **options})
    try:
        return {mutant: from_json(met, list[Encounter]) for mutant, met in found.items()}
    except ValueError:
        raise unfinished_run.OtherRun(file) from None
