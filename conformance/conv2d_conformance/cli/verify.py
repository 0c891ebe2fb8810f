"""`verify`: check reports, and on request check them against the implementation."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conv2d_conformance.cli.answer_format import JSON, format_option, tell
from conv2d_conformance.cli.problems import HARNESS, USAGE, Problem, problem_of

if TYPE_CHECKING:
    from conv2d_conformance.cli.answers.reports import AskedAgain, VerifiedReport
    from conv2d_conformance.report.report import Report
    from conv2d_conformance.verifying import Finding

SOUND, NOT_COMPARED, UNSOUND = 0, 4, 1
WORSE = (SOUND, NOT_COMPARED, UNSOUND, USAGE)
"""Exit statuses, each worse than those before it."""

OUTCOMES = {SOUND: "sound", NOT_COMPARED: "not compared", UNSOUND: "unsound", USAGE: "unreadable"}
"""What they say of a report, in words."""

FILE = click.Path(path_type=Path)

MOST_FAULTS = 10
"""The most faults that are shown of one report."""


@click.command()
@click.argument("reports", nargs=-1, required=True, type=FILE, metavar="REPORT...")
@click.option("--rerun", metavar="TARGET", help="Ask a sample of their cases again, of TARGET.")
@click.option("--sample", type=click.IntRange(1), default=10, show_default=True, help="Requirements that --rerun asks.")
@click.option("--draw", type=click.IntRange(0), metavar="SEED", help="Which they are; by default, others each time.")
@click.option("--verify-key", type=FILE, metavar="KEY.pub", help="Who must have signed them: a public key of OpenSSH.")
@click.option("--sign", type=FILE, metavar="KEY", help="Sign what is not unsound, in REPORT.sig, by a private key.")
@format_option()
@click.pass_context
def verify(
    ctx: click.Context,
    reports: tuple[Path, ...],
    rerun: str | None,
    sample: int,
    draw: int | None,
    verify_key: Path | None,
    sign: Path | None,
    format: str,
) -> None:
    """Check that each REPORT is what it says.

    All that follows from the specification, the catalogue of checks and the report itself is computed anew: which
    requirements there are and with what levels, which were to be examined, how many cases there are, the verdicts, the
    grades and the conclusion.

    A signature tells who made a report, or vouches for it. Signing and checking need the program ssh-keygen.

    The exit status is 0 where all of that holds, whatever the verdicts are, 1 where something does not, 4 where other
    sources of the suite made a report and asked what these do not, and 2 where a file is no report; of
    several files, the worst.
    """
    from conv2d_conformance.verifying import CANNOT_KNOW, UNSIGNED
    from conv2d_conformance.verifying.signature import public_key

    if sign or verify_key:
        _require_openssh()
    if verify_key is not None:
        public_key(verify_key)
    found = []
    for path in reports:
        one = _signed(_verified(path, rerun, sample, draw), verify_key, sign)
        found.append(one)
        if format != JSON:
            _show(one)
    worst = max((one.exit_status for one in found), key=WORSE.index)
    if format == JSON:
        tell(found)
    elif worst in (SOUND, NOT_COMPARED):
        if rerun is None:
            click.echo(CANNOT_KNOW)
        if verify_key is None and sign is None:
            click.echo(UNSIGNED)
    ctx.exit(worst)


def _require_openssh() -> None:
    from conv2d_conformance.verifying.signature import PROGRAM

    if shutil.which(PROGRAM) is None:
        sentence = f"signatures need {PROGRAM}, which is not installed here"
        raise Problem(sentence, "install the client of OpenSSH", status=HARNESS)


def _signed(found: VerifiedReport, verify_key: Path | None, key: Path | None) -> VerifiedReport:
    """What is said of a report, with what is said of its signature. What is unsound is not signed."""
    from conv2d_conformance.verifying import signature

    path, said = Path(found.report), []
    if found.exit_status not in (SOUND, NOT_COMPARED):
        return found
    try:
        if verify_key is not None:
            said.append(signature.signed_by(path, verify_key))
    except signature.BadSignature as fault:
        return replace(
            found, outcome=OUTCOMES[UNSOUND], exit_status=UNSOUND, sentence="", faults=(*found.faults, str(fault))
        )
    if key is not None:
        said.append(signature.sign(path, key))
    return replace(found, signature="; ".join(said) or None)


def _verified(path: Path, rerun: str | None, sample: int, draw: int | None) -> VerifiedReport:
    """What is wrong with a report, and with the implementation that it is about."""
    from conv2d_conformance.cli.answers.reports import VerifiedReport
    from conv2d_conformance.report.reading import MalformedReport, UnreadableReport, read

    try:
        report = read(path)
    except MalformedReport as error:
        sentence = f"it does not have the form of a report: {error.fault}"
        return VerifiedReport(str(path), OUTCOMES[UNSOUND], UNSOUND, sentence, None, (sentence,), (), None, None)
    except UnreadableReport as error:
        sentence = problem_of(error).format_message()
        return VerifiedReport(str(path), OUTCOMES[USAGE], USAGE, sentence, None, (), (), None, None)
    found = _computed_anew(path, report)
    status = UNSOUND if found.faults else NOT_COMPARED if found.not_compared else SOUND
    again = None
    if rerun is not None and status != UNSOUND:
        again = _asked_again(report, rerun, sample, secrets.randbelow(1_000_000) if draw is None else draw)
        status = UNSOUND if again.differences else status
    return VerifiedReport(
        report=str(path),
        outcome=OUTCOMES[status],
        exit_status=status,
        sentence="" if found.faults else ", ".join(_praise(report, found)),
        headline=report.headline,
        faults=found.faults,
        not_compared=found.not_compared,
        again=again,
        signature=None,
    )


def _show(found: VerifiedReport) -> None:
    """Print what is wrong with a report, or that nothing is."""
    if found.outcome == OUTCOMES[USAGE]:
        click.echo(f"Error: {found.sentence}", err=True)
        return
    path = found.report
    for sentence in found.faults[:MOST_FAULTS]:
        click.echo(f"{path}: {_printable(sentence)}")
    if more := found.faults[MOST_FAULTS:]:
        click.echo(f"{path}: and {len(more)} faults more")
    if found.faults or found.headline is None:
        return
    click.echo(f"{path}: {_printable(found.sentence)}; {_printable(found.headline)}")
    for sentence in found.not_compared:
        click.echo(f"{path}: not compared: {_printable(sentence)}")
    if found.signature is not None:
        click.echo(f"{path}: {_printable(found.signature)}")
    if (again := found.again) is None:
        return
    for sentence in again.differences:
        click.echo(f"{path}: {_printable(sentence)}")
    number = len(again.differences)
    outcome = "the same was seen" if not number else f"{number} difference{'' if number == 1 else 's'}"
    click.echo(f"{path}: {_printable(again.compared)}: {outcome}")


def _computed_anew(path: Path, report: Report) -> Finding:
    from functools import partial

    from conv2d_conformance.cli.progress import progress
    from conv2d_conformance.verifying import verify
    from conv2d_conformance.verifying.recount import recount

    with progress(f"counting again what {path} asked") as advance:
        return verify(report, partial(recount, on_progress=advance))


def _praise(report: Report, found: Finding) -> Iterator[str]:
    from conv2d_conformance.report.stopping import where_stopped
    from conv2d_conformance.typed_json import ABSENT, known

    consistent = "complete and consistent" if report.complete and not report.shard else "consistent"
    yield "consistent as far as this version can tell" if found.not_compared else consistent
    yield from found.remarks
    if report.shard:
        yield f"of {report.shard} alone"
    if report.is_stopped:
        yield f"of a run that was stopped {where_stopped(known(report.breaches, ()))}"
    elif not report.complete:
        yield "of a run that did not come to its end"
    if report.suite.sources is ABSENT:
        yield f"as a report of version {report.suite.version} can be"


def _asked_again(report: Report, target: str, sample: int, draw: int) -> AskedAgain:
    """What was asked again, and what differs."""
    from conv2d_conformance.cli.answers.reports import AskedAgain
    from conv2d_conformance.cli.progress import progress
    from conv2d_conformance.implementation.host import connect
    from conv2d_conformance.implementation.resident_memory import USUAL_LIMIT
    from conv2d_conformance.typed_json import known
    from conv2d_conformance.verifying.rerun import rerun

    memory = known(report.run.memory_gib, None) or USUAL_LIMIT
    implementation = connect(target, timeout=report.run.timeout_seconds, memory=memory)
    try:
        with progress(f"asking {target} again") as advance:
            again = rerun(report, implementation, sample=sample, draw=draw, on_progress=advance)
    finally:
        implementation.close()
    return AskedAgain(again.compared, again.differences)


def _printable(text: str) -> str:
    from conv2d_conformance.foreign import escaped_line

    return escaped_line(text)
