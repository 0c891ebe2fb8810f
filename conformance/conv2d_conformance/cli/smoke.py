"""`smoke`: see whether the adapter itself is sane."""

from __future__ import annotations

import click

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

    It is asked three simple cases; where an answer is not right, a hint says why that may be.
    """
    from conv2d_conformance.cases.grammar import parse
    from conv2d_conformance.cli import asking
    from conv2d_conformance.implementation.host import connect
    from conv2d_conformance.report.console import console, paragraph
    from conv2d_conformance.verdict.claims import within_claims
    from conv2d_conformance.verdict.question import Question

    out = console()
    wrong = 0
    implementation = connect(target, isolation=isolation, timeout=timeout)
    try:
        claims = implementation.hello.capabilities
        asking.show_hello(out, implementation.hello, claims=True)
        for title, line in CASES.items():
            asked = asking.ask(implementation, Question(within_claims(parse(line), claims), claims))
            wrong += not asked.right
            out.print()
            paragraph(out, title, style="bold")
            asking.show(out, asked, claims, asking.diagnosis_of(implementation, asked))
            asking.show_incidents(out, implementation)
    finally:
        implementation.close()
    out.print()
    verdict = f"{wrong} of {len(CASES)} answers are wrong" if wrong else "sane: all answers are right"
    paragraph(out, verdict, style="bold red" if wrong else "bold green")
    ctx.exit(1 if wrong else 0)
