"""Draw a padded axis: its cells, and the element that each of them copies."""

from __future__ import annotations

from collections.abc import Iterable

from conv2d_reference.arguments import resolve
from conv2d_reference.direct import source

ZERO = "."
"""The mark of a cell that is zero."""


def index_map(size: int, before: int, after: int, mode: str) -> tuple[str, str]:
    """Two lines of equal columns: the cells of the padded axis, and the element that each of them copies.

    ValueError, in the words of the reference, where the mode does not allow this much padding.
    """
    for amount in (before, after):
        resolve((1, 1, size, 1), (1, 1, 1, 1), padding=(amount, 0), padding_mode=mode)
    cells = range(-before, size + after)
    elements = [source(cell, size, mode) for cell in cells]
    shown = [ZERO if element is None else str(element) for element in elements]
    width = max(len(text) for text in [*shown, *map(str, cells)])
    return _line(map(str, cells), before, size, width), _line(shown, before, size, width)


def _line(texts: Iterable[str], before: int, size: int, width: int) -> str:
    columns = [text.rjust(width) for text in texts]
    parts = columns[:before], columns[before : before + size], columns[before + size :]
    return " | ".join(" ".join(part) for part in parts)
