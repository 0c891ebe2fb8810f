"""`replay`: ask one case again."""

from __future__ import annotations

import click

from conv2d_conformance.cli import options
from conv2d_conformance.cli.answer_format import ISSUE, JSON, console_for, format_option, tell
from conv2d_conformance.cli.issue_block import require_block, site_option
from conv2d_conformance.cli.target_list import target_argument
from conv2d_conformance.contract.invariances import INVARIANCES, Invariance


@click.command()
@click.argument("case")
@target_argument()
@click.option("--script", "with_script", is_flag=True, help="Print a script that needs NumPy and TARGET alone.")
@click.option("--after", multiple=True, metavar="CASE", help="Ask this case before; repeatable, in this order.")
@click.option("--beside", metavar="CASE", help="Ask this case at the same time, from another thread.")
@click.option("--invariance", type=click.Choice(INVARIANCES), help="Ask calls too that must have the same bits.")
@click.option("--times", type=click.IntRange(1), default=1, show_default=True, help="Ask so often, until it fails.")
@options.option("timeout", help=None)
@options.option("isolation", help=None)
@site_option()
@format_option(ISSUE)
@click.pass_context
def replay(
    ctx: click.Context,
    case: str,
    target: str,
    with_script: bool,
    after: tuple[str, ...],
    beside: str | None,
    invariance: Invariance | None,
    times: int,
    timeout: float,
    isolation: str,
    site: str | None,
    format: str,
) -> None:
    """Ask TARGET one CASE.

    Say what is wrong with the answer, if anything.

    With --script, standard output is the script, and what is wrong is told on standard error. With --format json, the
    script is a part of the answer. With --format issue, standard output is Markdown for an issue tracker, with the
    script.
    """
    from conv2d_conformance.operations import operation_of

    require_block(site, format)
    with_script = with_script or format == ISSUE
    operation = operation_of(case)
    if operation.elementwise is None:
        from conv2d_conformance.cli.drawn_pages import pages_of

        again = pages_of(operation).replay
        ctx.exit(
            again(case, target, isolation=isolation, timeout=timeout, with_script=with_script, format=format, site=site)
        )

    from conv2d_conformance.cases import grammar
    from conv2d_conformance.cli import asked_case
    from conv2d_conformance.cli.problems import Problem
    from conv2d_conformance.cli.progress import A_MOMENT, progress
    from conv2d_conformance.implementation.host import connect
    from conv2d_conformance.implementation.target import parse as target_of
    from conv2d_conformance.report.console import paragraph, whole_line
    from conv2d_conformance.reproducer import NoScript, require_adapter, script
    from conv2d_conformance.verdict.large_question import question_of
    from conv2d_conformance.verdict.question import Question

    if beside is not None and invariance is not None:
        raise click.UsageError("--beside and --invariance are two questions: ask one of them")
    asked_for, before = grammar.parse(case), [grammar.parse(line) for line in after]
    at_once = None if beside is None else grammar.parse(beside)
    out = console_for(format, for_script=with_script)
    with progress(f"connecting to {target}", after=A_MOMENT):
        implementation = connect(target, isolation=isolation, timeout=timeout)
    try:
        for needed in (asked_for.operation, *(earlier.operation for earlier in before)):
            if needed not in implementation.hello.operations:
                raise Problem(f"{target} has no {needed}, which the case asks for", "give its adapter one")
        with progress(f"asking {target}", after=A_MOMENT):
            for earlier in before:
                implementation.ask(question_of(earlier, implementation.hello.capabilities).request)
            of_one = question_of if invariance is None else Question  # whose relatives are judged by all elements
            question = of_one(asked_for, implementation.hello.capabilities)
            other = None if at_once is None else Question(at_once, implementation.hello.capabilities)
            if invariance is None:
                asked = asked_case.ask(implementation, question, times, beside=other)
            else:
                asked = asked_case.ask_alike(implementation, question, invariance, times)
            # A fault that depends on other calls cannot be diagnosed by making other calls.
            is_alone = not (before or other or invariance or times > 1)
            found = asked_case.diagnosis_of(implementation, asked) if is_alone else None
            about = asked_case.requirements_of(implementation, asked) if is_alone and format == ISSUE else ()
        asked_case.show_hello(out, implementation.hello)
        asked_case.show(out, asked, implementation.hello.capabilities, found)
        incidents = asked_case.show_incidents(out, implementation)
    finally:
        implementation.close()
    incidents += asked_case.show_incidents(out, implementation)
    text = no_script = None
    if with_script:
        if asked.judgement.fault is None and not asked.right:
            paragraph(out, "the script looks at the answer alone, not at what else was seen", label="script")
        try:
            require_adapter(implementation.hello)
            if at_once is not None:
                raise NoScript("no script can be made of calls at the same time: it makes one after another")
            if invariance is not None and (asked.judgement.fault is None or asked.judgement.fault.aspect == invariance):
                raise NoScript("no script can be made of calls that must have the same bits: it judges one alone")
            earlier_questions = [question_of(earlier, implementation.hello.capabilities) for earlier in before]
            text = script(question, target_of(target), asked.wrong_elements, before=earlier_questions)
        except NoScript as reason:
            no_script = str(reason)
            paragraph(out, no_script, label="script")
    elif not asked.right and at_once is None and invariance is None:
        whole_line(out, "add --script for a script that needs NumPy and the implementation alone", label="script")
    if format in (JSON, ISSUE):
        from conv2d_conformance.cli.answers.asked import Replayed

        said = asked_case.said_of(asked, implementation.hello.capabilities, found)
        hello = asked_case.introduced(implementation.hello)
        answer = Replayed(hello, said, tuple(incidents), text, no_script)
        if format == JSON:
            tell(answer)
        else:
            from conv2d_conformance.cli.case_display import call_text
            from conv2d_conformance.cli.issue_block import replay_block
            from conv2d_conformance.report.replaying import replay_line

            line = grammar.format_case(asked_for)  # what is wrong may be the answer to the one beside it
            command = replay_line(
                line,
                target,
                after=after,
                beside=beside,
                invariance=invariance,
                times=times,
                timeout=timeout,
                isolation=isolation,
            )
            page = replay_block(
                answer,
                call=call_text(asked.question),
                allowed=asked_case.allowed_where_wrong(asked),
                environment=implementation.hello.environment,
                command=command,
                requirements=about,
                site=site,
            )
            click.echo(page, nl=False)
    elif text is not None:
        click.echo(text, nl=False)
    ctx.exit(0 if asked.right else 1)
