"""What `reference` and `replay` show of a line that asks for fresh layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from conv2d_conformance.cli.answer_format import ISSUE, JSON, console_for, tell
from conv2d_conformance.cli.initialisation import claims_of, said_of_layers, show_failure

if TYPE_CHECKING:
    from rich.console import Console

    from conv2d_conformance.cases.layer_case import LayerCase


def show_law(line: str, format: str, site: str | None = None) -> None:
    """Print the law that the parameters of the line's layers follow."""
    from conv2d_conformance.cases.layer_case import format_case, parse
    from conv2d_conformance.cli.answers.right import Fraction, LawOfLayers
    from conv2d_conformance.cli.issue_block import reference_block
    from conv2d_conformance.initialisation.law import layer_law
    from conv2d_conformance.report.console import console

    case = parse(line)
    if format == JSON:
        law = layer_law(case)
        k, largest = Fraction(1, case.fan_in), law.bound * law.limit
        tell(LawOfLayers(format_case(case), _shapes(case), case.dtype, k, law.bound, largest), compact=True)
    elif format == ISSUE:
        click.echo(reference_block(lambda out: _show_law(out, case), site), nl=False)
    else:
        _show_law(console(), case)


def _shapes(case: LayerCase) -> dict[str, tuple[int, ...] | None]:
    return {"weight": case.weight_shape, "bias": (case.M,) if case.bias else None}


def _show_law(out: Console, case: LayerCase) -> None:
    from conv2d_conformance.cases.layer_case import format_case
    from conv2d_conformance.initialisation.law import layer_law
    from conv2d_conformance.report.console import paragraph, whole_line

    law = layer_law(case)
    whole_line(out, format_case(case), label="case")
    for name, shape in _shapes(case).items():
        told = "None" if shape is None else f"{'x'.join(map(str, shape))} {case.dtype}"
        paragraph(out, told, label=name)
    paragraph(out, "independent values, each uniform between -sqrt(k) and sqrt(k)", label="law")
    paragraph(out, f"1 / {case.fan_in}, so that sqrt(k) = {law.bound:.17g}", label="k")
    paragraph(out, f"no magnitude is above {law.bound * law.limit:.17g}, all roundings included", label="limit")


def replay_layers(
    line: str,
    target: str,
    *,
    isolation: str,
    timeout: float,
    with_script: bool = False,
    format: str = "text",
    site: str | None = None,
) -> int:
    """Ask one line again, run all its tests, and print a script if wanted. Returns the exit status."""
    from conv2d_conformance.cases.layer_case import parse
    from conv2d_conformance.cli.answers.asked import Replayed
    from conv2d_conformance.cli.asked_case import introduced, show_hello
    from conv2d_conformance.cli.issue_block import replay_block
    from conv2d_conformance.cli.progress import A_MOMENT, progress
    from conv2d_conformance.implementation.host import connect, incidents_of
    from conv2d_conformance.implementation.target import parse as target_of
    from conv2d_conformance.initialisation.layer_question import draw
    from conv2d_conformance.initialisation.plan import replay_of
    from conv2d_conformance.report.console import paragraph
    from conv2d_conformance.report.replaying import replay_line
    from conv2d_conformance.reproducer import NoScript, require_adapter, script_of_layers

    case = parse(line)
    out = console_for(format, for_script=with_script)
    with progress(f"connecting to {target}", after=A_MOMENT):
        implementation = connect(target, isolation=isolation, timeout=timeout)
    try:
        claims = claims_of(implementation, ())
        with progress(f"asking {target}", after=A_MOMENT):
            drawn = draw(replay_of(case, stream=claims.torch_seed_stream), implementation)
        show_hello(out, implementation.hello)
    finally:
        implementation.close()
    wrong = bool(drawn.fault or drawn.alarm or drawn.observed)
    show_failure(out, "wrong" if wrong else "no test raises an alarm", drawn)
    script = no_script = None
    if with_script:
        try:
            require_adapter(implementation.hello)
            script = script_of_layers(case, target_of(target))
        except NoScript as reason:
            no_script = str(reason)
            paragraph(out, no_script, label="script")
    hello, incidents = implementation.hello, tuple(incidents_of(implementation))
    answer = Replayed(introduced(hello), said_of_layers(drawn), incidents, script, no_script)
    if format == JSON:
        tell(answer)
    elif format == ISSUE:
        command = replay_line(answer.answer.case, target, timeout=timeout, isolation=isolation)
        click.echo(replay_block(answer, environment=hello.environment, command=command, site=site), nl=False)
    elif script is not None:
        click.echo(script, nl=False)
    return 1 if wrong else 0
