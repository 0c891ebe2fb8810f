"""`smoke`: see whether the adapter itself is sane."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from conv2d_conformance.cases.case import Case
    from conv2d_conformance.cli.asking import Asked
    from conv2d_conformance.implementation.answers import Implementation

CASES = {
    "A 1x1 kernel picks and scales pixels": "n1c1h2w3 m1k1x1 s1x1 p0x0 d1x1 g1 nobias float32 integers:3",
    "The document's first example, smaller": "n2c4h9w11 m5k3x3 s2x2 p0x0 d1x1 g1 bias float32 integers:5",
    "Everything at once, as far as it is claimed": "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 integers:7",
}


@click.command()
@click.argument("target")
@click.option("--timeout", type=click.FloatRange(0, min_open=True), metavar="SECONDS", default=10.0, show_default=True)
@click.option("--isolation", type=click.Choice(("process", "none")), default="process", show_default=True)
@click.pass_context
def smoke(ctx: click.Context, target: str, timeout: float, isolation: str) -> None:
    """See whether the adapter TARGET is sane.

    It is asked three simple cases; where an answer is not right, a hint says why that may be. Then it is asked one
    case for each claim, and those are told that do not work.
    """
    from conv2d_conformance.cases.grammar import parse
    from conv2d_conformance.cli import asking
    from conv2d_conformance.cli.progress import A_MOMENT, progress
    from conv2d_conformance.implementation.host import connect
    from conv2d_conformance.report.console import console, paragraph

    out = console()
    wrong = 0
    with progress(f"connecting to {target}", after=A_MOMENT):
        implementation = connect(target, isolation=isolation, timeout=timeout)
    try:
        claims = implementation.hello.capabilities
        asking.show_hello(out, implementation.hello, claims=True)
        for title, line in CASES.items():
            with progress(title, after=A_MOMENT):
                asked = _ask(implementation, parse(line))
                found = asking.diagnosis_of(implementation, asked)
            wrong += not asked.right
            out.print()
            paragraph(out, title, style="bold")
            asking.show(out, asked, claims, found)
            asking.show_incidents(out, implementation)
        with progress("asking for each claim", after=A_MOMENT):
            refuted = list(_refuted_claims(implementation))
    finally:
        implementation.close()
    out.print()
    for name, sentence in refuted:
        paragraph(out, f"{name} is claimed and does not work: {sentence}", style="red")
    if wrong:
        verdict = f"{wrong} of {len(CASES)} answers are wrong"
    elif refuted:
        verdict = f"{len(refuted)} of the claims {'does' if len(refuted) == 1 else 'do'} not work"
    else:
        verdict = "sane: all answers are right"
    failed = bool(wrong or refuted)
    paragraph(out, verdict, style="bold red" if failed else "bold green")
    ctx.exit(1 if failed else 0)


def _ask(implementation: Implementation, case: Case) -> Asked:
    from conv2d_conformance.cli import asking
    from conv2d_conformance.verdict.claims import within_claims
    from conv2d_conformance.verdict.question import Question

    claims = implementation.hello.capabilities
    return asking.ask(implementation, Question(within_claims(case, claims), claims))


def _refuted_claims(implementation: Implementation) -> Iterator[tuple[str, str]]:
    """Each claim whose case fails where the same case without it does not, with what came of it."""
    from conv2d_conformance.cases.claimed import claim_cases

    hello = implementation.hello
    found: dict[Case, bool] = {}
    for claim in claim_cases(hello.capabilities.features | set(hello.operations)):
        fault = _ask(implementation, claim.case).judgement.fault
        if fault is None:
            continue
        if claim.without not in found:
            found[claim.without] = _ask(implementation, claim.without).right
        if found[claim.without]:
            yield claim.name, fault.got
