"""`reference`: show the right answer of a case."""

from __future__ import annotations

import click

from conv2d_conformance.cli.answer_format import format_option, tell


@click.command()
@click.argument("case")
@click.option("--full", is_flag=True, help="Show large arrays whole.")
@click.option("--hex", is_flag=True, help="Show numbers in hexadecimal, as float.hex does.")
@format_option()
def reference(case: str, full: bool, hex: bool, format: str) -> None:
    """Show the right answer of CASE.

    That is what is allowed for every element of the output, or why the call must be rejected. Of a fresh layer, as in
    'init c6m10k3 seed:7', it is the law that its parameters follow.
    """
    from conv2d_conformance.operations import operation_of

    operation = operation_of(case)
    if operation.elementwise is None:
        from conv2d_conformance.cli.drawn_pages import pages_of

        pages_of(operation).show_law(case, format)
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
    else:
        show_case(console(), question, full=full, hex=hex)
