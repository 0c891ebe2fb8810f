"""`fuzz`: search for failures for as long as it is let."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conv2d_conformance.cli import options
from conv2d_conformance.cli.answer_format import JSON, console_for, format_option, tell
from conv2d_conformance.cli.target_list import target_argument

if TYPE_CHECKING:
    from rich.console import Console

    from conv2d_conformance.fuzzing.corpus import FuzzFailure
    from conv2d_conformance.fuzzing.search import FuzzOutcome


@click.command()
@target_argument()
@click.option("--seconds", type=click.FloatRange(0, min_open=True), help="By default until Ctrl-C.")
@click.option(
    "--corpus",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where cases are kept, by default named after TARGET; processes with one folder share the work.",
)
@click.option("--seed", type=click.IntRange(0), help="Of all cases; by default another one each time.")
@options.option("profile", choices=("forward", "training"), help="What is asked: calls, or their gradients, too.")
@options.option("timeout", help=None)
@options.option("memory", help=None)
@options.option("isolation", help=None)
@format_option()
@click.pass_context
def fuzz(
    ctx: click.Context,
    target: str,
    seconds: float | None,
    corpus: Path | None,
    seed: int | None,
    profile: str,
    timeout: float,
    memory: float,
    isolation: str,
    format: str,
) -> None:
    """Search for failures of TARGET with new cases, without end.

    It ends after --seconds, or by Ctrl-C, and goes on from its corpus when it is called again. Each new failure is told
    once, by its requirement and what it looks like, in its simplest case. A search certifies nothing. The exit status
    is 1 where something breaks a MUST, else 0.
    """
    import secrets

    from conv2d_conformance.cli.problems import Problem
    from conv2d_conformance.cli.progress import progress
    from conv2d_conformance.fuzzing.corpus import Corpus
    from conv2d_conformance.fuzzing.search import Search
    from conv2d_conformance.implementation.host import connect
    from conv2d_conformance.report.kind import Kind

    out = console_for(format, None)
    name = Kind(target=target, profile=profile).default_name().removesuffix(".json")
    folder = corpus or Path(name.replace("conv2d-", "fuzz-", 1))
    number = secrets.randbelow(1 << 32) if seed is None else seed
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(
            f"{folder} cannot be made: {error.strerror}", "name another folder with --corpus FOLDER"
        ) from None
    started = time.monotonic()
    implementation = connect(target, isolation=isolation, timeout=timeout, memory=memory)
    found: list[FuzzFailure] = []
    try:
        kept = Corpus(folder, f"{number}-{secrets.token_hex(3)}", target)
        search = Search(target, implementation, kept, number, profile)
        with progress(f"searching, from seed {number}") as advance:

            def ends() -> bool:
                advance(*search.pairs, f"{search.judged} cases, {len(found)} new failures, seed {number}")
                return seconds is not None and time.monotonic() - started >= seconds

            search.run(ends, found.append)
    finally:
        implementation.close()
    outcome = search.outcome(time.monotonic() - started)
    if format == JSON:
        tell(outcome)
    else:
        show_outcome(out, outcome, folder, timeout=timeout, isolation=isolation)
    ctx.exit(1 if outcome.breaks_a_must else 0)


def show_outcome(out: Console, outcome: FuzzOutcome, folder: Path, *, timeout: float, isolation: str) -> None:
    """Print the failures, what was covered, and that nothing is certified."""
    from conv2d_conformance.report.console import paragraph, whole_line
    from conv2d_conformance.report.replaying import replay_line

    told = [("NEW", outcome.failures), ("STILL", outcome.still_failing), ("MENDED", outcome.mended)]
    for word, failures in told:
        for failure in failures:
            paragraph(
                out, f"{failure.requirement}  {failure.level}", label=word, style="" if word == "MENDED" else "red"
            )
            paragraph(out, failure.diagnosis, label="looks like", indent=2)
            if failure.got:
                paragraph(out, failure.got, label="got", indent=2)
                paragraph(out, failure.required, label="required", indent=2)
            again = replay_line(failure.case, outcome.target, timeout=timeout, isolation=isolation)
            whole_line(out, again, label="replay", indent=2)
            out.print()
    share = f"{outcome.pairs_covered} of {outcome.pairs_possible} pairs of levels were covered"
    paragraph(
        out, f"{outcome.cases} cases in {outcome.seconds:.0f} s, from seed {outcome.seed}; {share}", label="asked"
    )
    whole_line(out, str(folder), label="corpus")
    number = len(outcome.failures)
    new = f"{number} new failure{'' if number == 1 else 's'}" if number else "no new failure"
    paragraph(out, f"{new}; a search certifies nothing")
