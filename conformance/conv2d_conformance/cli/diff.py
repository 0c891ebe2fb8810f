"""`diff`: what changed from one report to another."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conv2d_conformance.cli.answer_format import format_option, tell

if TYPE_CHECKING:
    from conv2d_conformance.changes.change import ReportChange, ReportChanges

REGRESSION = 1


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@format_option("markdown")
def diff(old: Path, new: Path, format: str) -> None:
    """Show what changed from one report to another.

    It is worse, better, appeared or vanished, from the report OLD to the report NEW.
    Verdicts, accuracy and fingerprint are compared, and what was not the same in both runs is said first. A requirement
    that is no longer claimed is worse, too. The exit status is 1 if anything is worse, else 0.
    """
    from conv2d_conformance.changes import changes_between
    from conv2d_conformance.report.reading import read

    found = changes_between(read(old), read(new))
    match format:
        case "json":
            tell(found)
        case "markdown":
            click.echo("\n".join(_markdown(found)))
        case _:
            _show(found)
    if found.regressions:
        raise click.exceptions.Exit(REGRESSION)


def _title(found: ReportChanges) -> str:
    return found.old if found.old == found.new else f"{found.old} to {found.new}"


def _total(found: ReportChanges) -> str:
    number = len(found.regressions)
    told = (
        "nothing is worse" if not number else f"{number} {'change is' if number == 1 else 'changes are'} for the worse"
    )
    return f"{told}; {found.unchanged} requirements have the verdict that they had"


def _subject(change: ReportChange) -> str:
    return f"{change.subject} ({change.level})" if change.level else change.subject


def _show(found: ReportChanges) -> None:
    from conv2d_conformance.report.console import console, paragraph, whole_line

    out = console()
    paragraph(out, _title(found), style="bold")
    for sentence in found.unequal:
        paragraph(out, sentence, label="not equal", style="")
    for direction, changes in groupby(found.changes, key=lambda change: change.direction):
        out.print()
        for change in changes:
            paragraph(out, f"{change.kind}: {_subject(change)}", label=direction.upper())
            for label, said in (("old", change.old), ("new", change.new)):
                whole_line(out, said or "-", label=label, indent=2)
    out.print()
    paragraph(out, _total(found))


def _markdown(found: ReportChanges) -> list[str]:
    from conv2d_conformance.report.markdown_tables import escaped_text, table

    lines = [f"## {escaped_text(_title(found))}", "", escaped_text(_total(found)) + "."]
    if found.unequal:
        lines += ["", "Not the same in both runs:", "", *(f"- {escaped_text(sentence)}" for sentence in found.unequal)]
    if found.changes:
        rows = [
            [
                escaped_text(cell or "-")
                for cell in (change.direction, change.kind, _subject(change), change.old, change.new)
            ]
            for change in found.changes
        ]
        lines += ["", *table(("", "kind", "of", "old", "new"), rows)]
    return lines
