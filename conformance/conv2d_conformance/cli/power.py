"""`power`: compare with what other suites see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from conv2d_conformance.cli import options
from conv2d_conformance.cli.answer_format import JSON, format_option, tell

if TYPE_CHECKING:
    from conv2d_conformance.cli.answers.measured import PowerAnswer
    from conv2d_conformance.power.outcome import PowerOutcome


@click.command()
@options.option("workers", default=2, help="Processes at a time.")
@options.option("scheduler")
@options.option("only", help="Some implementations alone, as in 'bias_*'.")
@format_option("markdown")
@click.pass_context
def power(ctx: click.Context, workers: int, scheduler: str, only: str, format: str) -> None:
    """Compare with other suites.

    The cases and the acceptance rules of other suites, and of this one, meet the same implementations, wrong ones and
    right ones. Those of PyTorch and ONNX need `torch`, `expecttest` and `onnx`, and are left out without them. The
    exit status is 0 where no other suite sees a fault that this one does not, and this one rejects nothing right.
    """
    import shlex
    from fnmatch import fnmatchcase

    from conv2d_conformance.cli.problems import Problem
    from conv2d_conformance.cli.progress import progress
    from conv2d_conformance.output.destination import find
    from conv2d_conformance.output.saving import save
    from conv2d_conformance.power import suites
    from conv2d_conformance.power.known_implementation import subjects
    from conv2d_conformance.power.markdown import page
    from conv2d_conformance.power.measurement import run
    from conv2d_conformance.power.outcome import PowerOutcome
    from conv2d_conformance.power.summary_table import COLUMNS, rows, sentence
    from conv2d_conformance.report.console import console, paragraph, show_table

    names = [name for name in subjects() if fnmatchcase(name, only)]
    if not names:
        raise Problem(
            f"no mutant and no variant matches {only!r}", "`conv2d-conformance list mutants` names the former"
        )
    for suite in suites().values():
        if suite.missing:
            what = " and ".join(suite.missing)
            click.echo(f"{suite.name} is left out: it needs {what}; `pip install {' '.join(suite.missing)}`", err=True)
    with progress("starting") as advance:
        outcome = PowerOutcome(run(workers=workers, scheduler=scheduler, names=names, on_progress=advance))
    if format == JSON:
        tell(_for_programs(outcome))
    elif format == "markdown":
        given = f" --only {shlex.quote(only)}" if only != "*" else ""
        save(find("-"), page(outcome, f"conv2d-conformance power --format markdown{given}"))
    else:
        out = console()
        show_table(out, COLUMNS, rows(outcome), right=COLUMNS[1:])
        out.print()
        for name, seen_by in outcome.seen_by_others_alone.items():
            paragraph(
                out, f"{name}: {subjects()[name].adapter.description}; seen by {', '.join(seen_by)}", label="MISSED"
            )
        paragraph(out, sentence(outcome), style="bold green" if outcome.is_good else "bold red")
    ctx.exit(0 if outcome.is_good else 1)


def _for_programs(outcome: PowerOutcome) -> PowerAnswer:
    """The outcome, for programs."""
    from conv2d_conformance.cli.answers.measured import PowerAnswer, SuitePower
    from conv2d_conformance.power.known_implementation import EXACTING, MODEST, WRONG
    from conv2d_conformance.power.summary_table import sentence

    suites = (
        SuitePower(
            suite=suite,
            cases=outcome.cases(suite),
            mutants_seen=tuple(outcome.rejected(suite, WRONG)),
            doubtful=tuple(outcome.doubtful(suite)),
            right_ones_rejected=tuple(outcome.rejected(suite, EXACTING)),
            right_ones_with_less_accuracy_rejected=tuple(outcome.rejected(suite, MODEST)),
        )
        for suite in outcome.findings
    )
    return PowerAnswer(
        sentence=sentence(outcome),
        good=outcome.is_good,
        mutants=tuple(subject.name for subject in outcome.of(WRONG)),
        missed={name: tuple(by) for name, by in outcome.seen_by_others_alone.items()},
        suites=tuple(suites),
    )
