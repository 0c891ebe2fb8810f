"""`reference`: show the right answer of a case."""

from __future__ import annotations

import click

from conv2d_conformance.cli.answer_format import ISSUE, format_option, tell
from conv2d_conformance.cli.issue_block import require_block, site_option


@click.command()
@click.argument("case")
@click.option("--full", is_flag=True, help="Show large arrays whole.")
@click.option("--hex", is_flag=True, help="Show numbers in hexadecimal, as float.hex does.")
@site_option()
@format_option(ISSUE)
def reference(case: str, full: bool, hex: bool, site: str | None, format: str) -> None:
    """Show the right answer of CASE.

    That is what is allowed for every element of the output, or why the call must be rejected. Of a fresh layer, as in
    'init c6m10k3 seed:7', it is the law that its parameters follow. With --format issue, it is Markdown for an issue
    tracker.
    """
    from conv2d_conformance.operations import operation_of

    require_block(site, format)
    operation = operation_of(case)
    if operation.elementwise is None:
        from conv2d_conformance.cli.drawn_pages import pages_of

        pages_of(operation).show_law(case, format, site)
        return

    from conv2d_conformance.cases.grammar import parse
    from conv2d_conformance.cli.case_display import right_answer, show_case
    from conv2d_conformance.cli.progress import A_MOMENT, progress
    from conv2d_conformance.report.console import console
    from conv2d_conformance.verdict.question import Question

    question = Question(parse(case))
    with progress("computing the right answer", after=A_MOMENT):
        if question.illegal_because is None:
            _ = question.request, question.law
    if format == "json":
        tell(right_answer(question), compact=True)
    elif format == ISSUE:
        from conv2d_conformance.cli.issue_block import reference_block

        click.echo(reference_block(lambda out: show_case(out, question, full=full, hex=hex), site), nl=False)
    else:
        show_case(console(), question, full=full, hex=hex)
