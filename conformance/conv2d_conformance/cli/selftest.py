"""`selftest`: certify the certifier."""

from __future__ import annotations

import click

from conv2d_conformance.cli.run import EFFORTS


@click.command()
@click.option("--effort", type=click.Choice(EFFORTS), default="quick", show_default=True, help="How much is asked.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of everything that is drawn.")
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True, help="Processes at a time.")
@click.option("--only", metavar="GLOB", default="*", help="Some mutants alone, as in 'bias_*'.")
@click.pass_context
def selftest(ctx: click.Context, effort: str, seed: int, workers: int, only: str) -> None:
    """Certify the certifier.

    Every mutant, an implementation that is wrong on purpose, meets the checks of the requirement that it breaks. The
    exit status is 0 where all of them are killed and, of the whole catalogue, every check killed one that no other
    check of its requirement kills: then none can be removed unnoticed.
    """
    from fnmatch import fnmatchcase

    from conv2d_conformance.cli.problems import Problem
    from conv2d_conformance.cli.progress import progress
    from conv2d_conformance.mutants import catalogue
    from conv2d_conformance.report.console import console, paragraph, whole_line
    from conv2d_conformance.selftest import Summary, run

    names = [name for name in catalogue() if fnmatchcase(name, only)]
    if not names:
        raise Problem(f"no mutant matches {only!r}", "`conv2d-conformance list mutants` names them all")
    with progress("starting") as advance:
        encounters = run(effort=effort, run_seed=seed, workers=workers, names=names, on_progress=advance)
    summary = Summary.of(encounters, names)
    out = console()
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
            paragraph(out, f"{check} killed none that no other check kills", label="UNNEEDED", style="red")
    is_good = summary.is_good if is_whole else summary.kills_all
    paragraph(out, summary.sentence, style="bold green" if is_good else "bold red")
    ctx.exit(0 if is_good else 1)
