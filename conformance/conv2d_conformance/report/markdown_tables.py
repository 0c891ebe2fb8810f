"""Tables of reports in Markdown, a row for each report: what was found at a glance, and by chapter of the spec."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict
from urllib.parse import quote

from conv2d_conformance import spec
from conv2d_conformance.foreign import escaped
from conv2d_conformance.report.counts import Chapter, chapters
from conv2d_conformance.report.glance import COLUMNS, Glance, Reports, in_order, name_of


def at_a_glance(reports: Reports, *, have_pages: bool = False) -> list[str]:
    """What was examined and when, the result, the accuracy, the limits, and what is composed.

    The version leads to the report, and the name to the page of the implementation, NAME/README.md, if it has one.
    """
    rows = []
    for path, report in in_order(reports):
        found = asdict(Glance.at(report))
        cells = {name: escaped_text(text) for name, text in found.items()}
        cells["version"] = link(found["version"], path)
        if have_pages:
            cells["implementation"] = link(found["implementation"], f"{found['implementation']}/README.md")
        rows.append([*cells.values()])
    return table(COLUMNS, rows)


def by_chapter(reports: Reports) -> list[str]:
    """How many requirements of each chapter hold."""
    counted = {path: {chapter.name: chapter for chapter in chapters(report)} for path, report in reports.items()}
    present = set().union(*counted.values())
    columns = [name for name in spec.load().chapters if name in present]
    rows = [
        [link(name_of(report), path), report.run.profile, *(_cell(counted[path].get(name)) for name in columns)]
        for path, report in in_order(reports)
    ]
    head = ("implementation", "profile", *(name.replace("-", " ") for name in columns))
    return table(head, rows, right=len(columns))


def link(text: str, path: str) -> str:
    """A text that leads to a path, relative to where the page will be."""
    return f"[{escaped_text(text)}]({quote(os.fsencode(path))})"


ACTIVE = frozenset("\\`*_[]<>|~$&")
"""Characters that have a meaning in the middle of a line of GitHub's Markdown."""


def escaped_text(text: str) -> str:
    """The text, escaped for a heading, a cell, or a line that begins with other words."""
    line = " ".join(escaped(text).split())
    return "".join(f"\\{letter}" if letter in ACTIVE else letter for letter in line)


def table(head: Iterable[str], rows: list[list[str]], *, right: int = 0) -> list[str]:
    """The lines of a table, of whose columns the last `right` have numbers."""
    names = list(head)
    rules = ["---:" if place >= len(names) - right else "---" for place in range(len(names))]
    return [f"| {' | '.join(row)} |" for row in (names, rules, *rows)]


def _cell(chapter: Chapter | None) -> str:
    if chapter is None:
        return "-"
    judged = sum(number for verdict, number in chapter.verdicts.items() if verdict != "unsupported")
    if judged == 0:
        return "-"
    held = chapter.verdicts["pass"]
    return f"{held}" if held == judged else f"**{held} of {judged}**"
