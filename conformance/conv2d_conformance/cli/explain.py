"""`explain`: everything that the suite knows about one requirement."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import click

from conv2d_conformance.cli.answer_format import ISSUE, JSON, format_option, tell
from conv2d_conformance.cli.issue_block import require_block, site_option
from conv2d_conformance.cli.problems import Problem
from conv2d_conformance.contract.capabilities import PADDING_MODES

if TYPE_CHECKING:
    from rich.console import Console

    from conv2d_conformance.cli.answers.explained import ExplainedRequirement, PaddedAxis
    from conv2d_conformance.spec import Requirement


@click.command()
@click.argument("requirement", metavar="REQUIREMENT|CLASS")
@click.option("--size", type=click.IntRange(1), metavar="N", help="Draw the padding of an axis of N elements.")
@click.option("--padding", metavar="BEFORE,AFTER", help="With --size: so many cells on its two sides.")
@site_option()
@format_option(ISSUE)
def explain(requirement: str, size: int | None, padding: str | None, site: str | None, format: str) -> None:
    """Show a requirement, or an accuracy class such as A-tc.

    Its sentence, where it comes from, its checks, and an example with its answer. For a requirement about padding,
    --size and --padding draw the padded axis: each cell, and the element that it is a copy of. With --format issue,
    it is Markdown for an issue tracker.
    """
    from conv2d_conformance import spec
    from conv2d_conformance.cli.check_index import checks_of_requirements
    from conv2d_conformance.cli.explain_class import explain_class, explained_class, find
    from conv2d_conformance.mutants import catalogue
    from conv2d_conformance.report.console import console, paragraph, whole_line

    require_block(site, format)
    if (name := find(requirement)) is not None:
        if format == JSON:
            tell(explained_class(name))
        elif format == ISSUE:
            from conv2d_conformance.cli.issue_block import class_block

            click.echo(class_block(name, lambda out: explain_class(out, name), site), nl=False)
        else:
            explain_class(console(), name)
        return
    found = spec.get(requirement)
    axis = _axis(found.id, size, padding)
    if format == JSON:
        tell(_explained(found, axis))
        return
    if format == ISSUE:
        from conv2d_conformance.cli.issue_block import requirement_block

        click.echo(requirement_block(found, partial(_show_example, found=found, axis=axis), site), nl=False)
        return
    out = console()
    paragraph(out, found.id, style="bold")
    out.print()
    paragraph(out, found.sentence)
    out.print()
    paragraph(out, f"{found.level} of profile {found.profile}", label="level")
    paragraph(out, ", ".join(sorted(found.features)) or "none: it applies to every implementation", label="features")
    paragraph(out, found.source, label="source")
    checks = checks_of_requirements().get(found.id, [])
    for check in checks:
        paragraph(out, f"{check.name}: {check.sentence}", label="check")
    if not checks:
        paragraph(out, "none in this version", label="check")
    for mutant in catalogue().values():
        if mutant.breaks == found.id:
            replays = f", as in {mutant.replays}" if mutant.replays else ""
            paragraph(out, f"{mutant.name}: {mutant.sentence}{replays}", label="mutant")
    whole_line(out, spec.citation(found.id), label="cite as")
    for block in blocks_of_prose(found.text):
        out.print()
        if block.startswith("    "):
            for line in block.splitlines():
                whole_line(out, line)
        else:
            paragraph(out, block)
    _show_example(out, found, axis)


def _show_example(out: Console, found: Requirement, axis: PaddedAxis | None) -> None:
    """Print the padded axis, where one was chosen, and the example with its answer, where there is one."""
    from conv2d_conformance.report.console import paragraph, whole_line

    if axis:
        from conv2d_conformance.cli.index_map import index_map

        out.print()
        for label, line in zip(("cell", "element"), index_map(axis), strict=True):
            whole_line(out, line, label=label)
    if found.example:
        from conv2d_conformance.cases.grammar import parse
        from conv2d_conformance.cli.case_display import show_case
        from conv2d_conformance.verdict.question import Question

        out.print()
        paragraph(out, "Example", style="bold")
        show_case(out, Question(parse(found.example)))


def _explained(found: Requirement, axis: PaddedAxis | None) -> ExplainedRequirement:
    """A requirement for programs."""
    from conv2d_conformance import spec
    from conv2d_conformance.cases.grammar import parse
    from conv2d_conformance.cli.answers.explained import ExplainedCheck, ExplainedMutant, ExplainedRequirement
    from conv2d_conformance.cli.case_display import right_answer
    from conv2d_conformance.cli.check_index import checks_of_requirements
    from conv2d_conformance.mutants import catalogue
    from conv2d_conformance.verdict.question import Question

    mutants = [mutant for mutant in catalogue().values() if mutant.breaks == found.id]
    return ExplainedRequirement(
        requirement=found.id,
        sentence=found.sentence,
        level=found.level,
        profile=found.profile,
        features=tuple(sorted(found.features)),
        source=found.source,
        text=found.text,
        checks=tuple(ExplainedCheck(one.name, one.sentence) for one in checks_of_requirements().get(found.id, [])),
        mutants=tuple(ExplainedMutant(one.name, one.sentence, one.replays) for one in mutants),
        cite_as=spec.citation(found.id),
        padded_axis=axis,
        example=right_answer(Question(parse(found.example))) if found.example else None,
    )


def _axis(requirement: str, size: int | None, padding: str | None) -> PaddedAxis | None:
    """The chosen padded axis, in the mode that the requirement is about."""
    from conv2d_conformance.cli.index_map import padded_axis

    if size is None and padding is None:
        return None
    if size is None or padding is None:
        raise Problem("a drawing needs both --size and --padding", "as in --size 5 --padding 2,3")
    if not requirement.startswith(("padding.", "padding-mode.")):
        raise Problem(f"{requirement} is not about padding", "draw that of padding-mode.reflect, say")
    amounts = re.fullmatch(r"(\d{1,4})(?:,(\d{1,4}))?", padding)
    if amounts is None:
        raise Problem(f"--padding is a number of cells, or two of them, not {padding!r}", "as in --padding 2,3")
    before, after = int(amounts[1]), int(amounts[2] or amounts[1])
    mode = next((mode for mode in PADDING_MODES if requirement.startswith(f"padding-mode.{mode}")), "zeros")
    try:
        return padded_axis(size, before, after, mode)
    except ValueError as reason:
        raise Problem(str(reason)) from None


def blocks_of_prose(text: str) -> Iterator[str]:
    """The explanation of a requirement in blocks, without sentence, source and example. Code is indented by four."""
    prose = text.partition("\n\n")[2].partition("Source: ")[0]
    for piece in re.split(r"^(```.*?^```)", prose, flags=re.DOTALL | re.MULTILINE):
        if piece.startswith("```"):
            yield textwrap.indent("\n".join(piece.splitlines()[1:-1]), "    ")
        else:
            yield from (part.strip() for part in piece.split("\n\n") if part.strip())
