"""Print text: coloured and as wide as the terminal on a terminal, plain and 100 columns wide elsewhere."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable
from typing import IO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from conv2d_conformance.foreign import escaped, escaped_line, shortened

WIDTH = 100
LABEL = 10
MOST_LINES = 8
"""The most lines of a text from an implementation, which may be long."""


def console(stream: IO[str] | None = None) -> Console:
    """A console on a stream, by default standard output. It prints every text literally."""
    stream = stream or sys.stdout
    terminal = stream.isatty()
    made = Console(
        file=stream, force_terminal=terminal, no_color=not terminal or None, highlight=False, markup=False, emoji=False
    )
    made.width = min(made.width, WIDTH) if terminal else WIDTH
    return made


def show_table(
    console: Console,
    columns: Iterable[str],
    rows: Iterable[Iterable[str | Text]],
    *,
    right: Iterable[str] = (),
    whole: bool = False,
) -> None:
    """Print a table without lines; the columns in `right` are aligned to the right.

    Names stay whole: a table that is too wide is printed row by row or, if it must stay a `whole` table, wider than the
    console.
    """
    columns, right, cells = list(columns), set(right), [list(row) for row in rows]
    if not whole and _least_width(columns, cells) > console.width:
        return _show_rows(console, columns, cells)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", no_wrap=whole)
    for row in cells:
        table.add_row(*(Text(escaped(cell)) if isinstance(cell, str) else cell for cell in row))
    console.print(table, width=4 * WIDTH if whole else None, crop=False)
    return None


LEAST_PROSE = 30
"""The least width of a column of sentences, for readability."""


def _least_width(columns: list[str], rows: list[list[str | Text]]) -> int:
    """The least width of a table in which no word is cut."""
    least = 0
    for number, column in enumerate(columns):
        cells = [str(row[number]) for row in rows]
        longest = max((len(word) for cell in (*cells, column) for word in cell.split()), default=0)
        least += max(longest, min(LEAST_PROSE, max(map(len, cells), default=0))) + 2
    return least


def _show_rows(console: Console, columns: list[str], rows: list[list[str | Text]]) -> None:
    """Print each row as a paragraph for its name and one for each other cell."""
    for name, *cells in rows:
        paragraph(console, str(name), style="bold")
        for column, cell in zip(columns[1:], cells, strict=True):
            if str(cell):
                paragraph(console, f"{column}: {cell}", indent=2)


def paragraph(
    console: Console, text: str, *, label: str = "", indent: int = 0, style: str = "", most_lines: int | None = None
) -> None:
    """Print text with a hanging indent under its label. Beyond about `most_lines` lines, its middle is left out."""
    start = " " * indent + (f"{label:<{LABEL - 1}} " if label else "")
    text = escaped(text)
    if most_lines is not None:
        text = shortened(text, most_lines * (console.width - len(start)))
    lines = textwrap.wrap(
        text,
        console.width,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_on_hyphens=False,
    )
    for line in lines or [start]:
        console.print(Text(line, style=style))


def whole_line(console: Console, text: str, *, label: str = "", indent: int = 0, style: str = "") -> None:
    """Print text on one line, however long, so that it can be copied."""
    start = " " * indent + (f"{label:<{LABEL - 1}} " if label else "")
    console.print(Text(start + escaped_line(text), style=style), no_wrap=True, overflow="ignore", crop=False)
