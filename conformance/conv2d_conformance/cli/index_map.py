"""Draw a padded axis: its cells, and the element that each of them copies."""

from __future__ import annotations

from collections.abc import Iterable

from conv2d_conformance.cli.answers.explained import PaddedAxis
from conv2d_reference.arguments import resolve
from conv2d_reference.direct import source

ZERO = "."
"""The mark of a cell that is zero."""


def padded_axis(size: int, before: int, after: int, mode: str) -> PaddedAxis:
    """The cells of an axis with so much padding.

    ValueError, in the words of the reference, where the mode does not allow this much padding.
    """
    for amount in (before, after):
        resolve((1, 1, size, 1), (1, 1, 1, 1), padding=(amount, 0), padding_mode=mode)
    cells = tuple(range(-before, size + after))
    return PaddedAxis(size, cells, tuple(source(cell, size, mode) for cell in cells))


def index_map(axis: PaddedAxis) -> tuple[str, str]:
    """Two lines of equal columns: the cells, and the element that each of them copies."""
    before = -axis.cells[0]
    shown = [ZERO if element is None else str(element) for element in axis.elements]
    width = max(len(text) for text in [*shown, *map(str, axis.cells)])
    return _line(map(str, axis.cells), before, axis.size, width), _line(shown, before, axis.size, width)


def _line(texts: Iterable[str], before: int, size: int, width: int) -> str:
    columns = [text.rjust(width) for text in texts]
    parts = columns[:before], columns[before : before + size], columns[before + size :]
    return " | ".join(" ".join(part) for part in parts)
