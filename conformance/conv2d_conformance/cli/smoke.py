"""`smoke`: check whether the adapter itself is sane."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import click

from conv2d_conformance.cli import options
from conv2d_conformance.cli.answer_format import JSON, console_for, format_option, tell
from conv2d_conformance.cli.target_list import target_argument

if TYPE_CHECKING:
    from conv2d_conformance.cases.case import Case
    from conv2d_conformance.cli.answers.asked import SaidOfCase
    from conv2d_conformance.cli.asked_case import AskedCase
    from conv2d_conformance.contract.answers import Implementation

CASES = {
    "A 1x1 kernel picks and scales pixels": "n1c1h2w3 m1k1x1 s1x1 p0x0 d1x1 g1 nobias float32 integers:3",
    "The document's first example, smaller": "n2c4h9w11 m5k3x3 s2x2 p0x0 d1x1 g1 bias float32 integers:5",
    "Everything at once, as far as it is claimed": "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 integers:7",
}


@click.command()
@target_argument()
@options.option("timeout", help=None)
@options.option("isolation", help=None)
@format_option()
@click.pass_context
def smoke(ctx: click.Context, target: str, timeout: float, isolation: str, format: str) -> None:
    """See whether the adapter TARGET is sane.

    Asks it three simple cases, and hints at the likely cause of a wrong answer. Then asks one case for each claim, and
    names the claims that do not work. Of a program (command:...) it tells the rules of PROTOCOL.md that it breaks, too.
    """
    from conv2d_conformance.cases.grammar import parse
    from conv2d_conformance.cli import asked_case
    from conv2d_conformance.cli.progress import A_MOMENT, progress
    from conv2d_conformance.cli.worker_rules import broken_rules
    from conv2d_conformance.implementation.host import connect
    from conv2d_conformance.implementation.target import parse as parse_target
    from conv2d_conformance.report.console import paragraph
    from conv2d_conformance.verdict.claims import require_calls_inside

    out = console_for(format)
    wrong = 0
    answers: dict[str, SaidOfCase] = {}
    incidents: list[str] = []
    with progress(f"connecting to {target}", after=A_MOMENT):
        implementation = connect(target, isolation=isolation, timeout=timeout)
    try:
        claims = implementation.hello.capabilities
        require_calls_inside(claims)
        asked_case.show_hello(out, implementation.hello, claims=True)
        for title, line in CASES.items():
            with progress(title, after=A_MOMENT):
                asked = _ask(implementation, parse(line))
                if asked is None:
                    continue
                diagnosis = asked_case.diagnosis_of(implementation, asked)
            wrong += not asked.right
            answers[title] = asked_case.said_of(asked, claims, diagnosis)
            out.print()
            paragraph(out, title, style="bold")
            asked_case.show(out, asked, claims, diagnosis)
            incidents += asked_case.show_incidents(out, implementation)
        with progress("asking for each claim", after=A_MOMENT):
            # Where the simple cases already fail, all others may fail for the same reason.
            failing = [found for found in _what_fails(implementation) if not wrong or found.is_claimed]
        rules: list[str] = []
        if command := parse_target(target).command:
            with progress("looking at its manners", after=A_MOMENT):
                rules += dict.fromkeys(broken_rules(command, claims, timeout))
    finally:
        implementation.close()
    incidents += asked_case.show_incidents(out, implementation)
    out.print()
    told = (*(found.told for found in failing), *(f"breaks the protocol: {rule}" for rule in rules))
    for sentence in told:
        paragraph(out, sentence, style="red")
    if wrong:
        verdict = f"{wrong} of {len(CASES)} cases fail"
    elif failing:
        verdict = f"{len(failing)} of the cases for claims fail{'s' if len(failing) == 1 else ''}"
    elif rules:
        verdict = f"every answer is right, and {len(rules)} rule{'s' * (len(rules) > 1)} of the protocol broken"
    else:
        verdict = "sane: all that was asked is right"
    failed = bool(wrong or told)
    paragraph(out, verdict, style="bold red" if failed else "bold green")
    if format == JSON:
        from conv2d_conformance.cli.answers.asked import Smoked

        hello = asked_case.introduced(implementation.hello)
        tell(Smoked(hello, answers, told, not failed, verdict, tuple(incidents)))
    ctx.exit(1 if failed else 0)


def _ask(implementation: Implementation, case: Case) -> AskedCase | None:
    """What came of the case, or of its nearest relative that is claimed; None where none is within the limits."""
    from conv2d_conformance.cli import asked_case
    from conv2d_conformance.verdict.claims import within_claims
    from conv2d_conformance.verdict.question import Question

    claims = implementation.hello.capabilities
    fitting = within_claims(case, claims)
    return None if fitting is None else asked_case.ask(implementation, Question(fitting, claims))


class _Failing(NamedTuple):
    """What does not work, `told` with its fault: a claim that works without it, or a case that needs no claim."""

    told: str
    is_claimed: bool


def _what_fails(implementation: Implementation) -> Iterator[_Failing]:
    """The failing claims: the case of a claim fails, while the same case without it does not.

    Where both fail, the case without the claim is told instead, once.
    """
    from conv2d_conformance.cases.claim_cases import claim_cases
    from conv2d_conformance.cases.grammar import format_case

    hello = implementation.hello
    found: dict[Case, bool] = {}
    for claim in claim_cases(hello.claimed):
        asked = _ask(implementation, claim.case)
        if asked is None or asked.right:
            continue
        if claim.without not in found:
            bare = _ask(implementation, claim.without)
            found[claim.without] = bare is None or bare.right
            if bare is not None and not bare.right:
                told = f"needs no claim beyond the core and does not work: {_told(bare)}"
                yield _Failing(f"{format_case(claim.without)} {told}", is_claimed=False)
        if found[claim.without]:
            yield _Failing(f"{claim.name} is claimed and does not work: {_told(asked)}", is_claimed=True)


def _told(asked: AskedCase) -> str:
    fault = asked.judgement.fault
    return asked.judgement.observed[0].sentence if fault is None else fault.got
