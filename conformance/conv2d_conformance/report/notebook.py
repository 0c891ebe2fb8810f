"""A report as HTML, for a notebook: the one sentence, what was asked, and each failure with its case."""

from __future__ import annotations

import html
from collections.abc import Iterable

from conv2d_conformance.foreign import escaped
from conv2d_conformance.report.composed_parts import without_accusation
from conv2d_conformance.verdict.failure import Failure

COLOURS = {True: "#1a7f37", False: "#cf222e"}
"""Colour says nothing that the words do not say."""

MOST_SHOWN = 10
"""So many failures are shown; the report has them all."""


def as_html(
    headline: str, *, holds: bool, facts: Iterable[tuple[str, str]], failures: Iterable[tuple[str, str, str, Failure]]
) -> str:
    """The page. `failures` are (requirement, level, what is composed in it, failure).

    Nothing of what they say acts upon the page.
    """
    told = list(failures)
    parts = [f'<p style="font-weight:bold;color:{COLOURS[holds]}">{_safe(headline)}</p>', _table(facts)]
    for requirement, level, composed, failure in told[:MOST_SHOWN]:
        rows = [("got", failure.got), ("required", failure.required), ("case", failure.case)]
        if failure.diagnosis:
            rows.insert(0, ("looks like", without_accusation(failure.diagnosis, composed)))
        if composed:
            rows.insert(0, ("composed", composed))
        parts.append(f"<details><summary><b>{_safe(requirement)}</b> {_safe(level)}</summary>{_table(rows)}</details>")
    if len(told) > MOST_SHOWN:
        parts.append(f"<p>and {len(told) - MOST_SHOWN} failures more</p>")
    return f"<div>{''.join(parts)}</div>"


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = (
        f'<tr><th style="text-align:left">{_safe(name)}</th><td style="text-align:left">{_safe(text)}</td></tr>'
        for name, text in rows
    )
    return f"<table>{''.join(cells)}</table>"


def _safe(text: str) -> str:
    return html.escape(escaped(text))
