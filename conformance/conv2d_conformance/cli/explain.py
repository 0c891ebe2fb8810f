"""`explain`: everything that the suite knows of one requirement."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

import click


@click.command()
@click.argument("requirement")
def explain(requirement: str) -> None:
    """Show a requirement.

    Its sentence, where it comes from, its checks, and an example with its answer.
    """
    from conv2d_conformance import spec
    from conv2d_conformance.cli.covered import checks_of_requirements
    from conv2d_conformance.mutants import catalogue
    from conv2d_conformance.report.console import console, paragraph, whole_line

    found = spec.get(requirement)
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
    whole_line(out, f"conv2d-conformance spec edition {spec.load().edition}, {found.id}", label="cite as")
    for block in blocks_of_prose(found.text):
        out.print()
        if block.startswith("    "):
            for line in block.splitlines():
                whole_line(out, line)
        else:
            paragraph(out, block)
    if found.example:
        from conv2d_conformance.cases.grammar import parse
        from conv2d_conformance.cli.showing import show_case
        from conv2d_conformance.verdict.question import Question

        out.print()
        paragraph(out, "Example", style="bold")
        show_case(out, Question(parse(found.example)))


def blocks_of_prose(text: str) -> Iterator[str]:
    """What explains a requirement, without its sentence, source and example: paragraphs, and code indented by four."""
    prose = text.partition("\n\n")[2].partition("Source: ")[0]
    for piece in re.split(r"^(```.*?^```)", prose, flags=re.DOTALL | re.MULTILINE):
        if piece.startswith("```"):
            yield textwrap.indent("\n".join(piece.splitlines()[1:-1]), "    ")
        else:
            yield from (part.strip() for part in piece.split("\n\n") if part.strip())
