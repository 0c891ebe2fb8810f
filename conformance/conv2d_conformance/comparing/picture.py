"""A picture of a comparison: the mean error of each case in the one answer, and in the other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from conv2d_conformance.comparing.comparison import ComparedCase

SIZE, MARGIN = 560, 64
SAME, PARTED = "#8c959f", "#1f6feb"


def svg(cases: Sequence[ComparedCase], names: tuple[str, str]) -> str | None:
    """An SVG file with a point for each case, below the diagonal where the second is nearer; None without a point.

    Both axes are logarithmic, over whole powers of ten.
    """
    points = [
        (case, case.one.mean, case.other.mean) for case in cases if case.one is not None and case.other is not None
    ]
    points = [(case, here, there) for case, here, there in points if here > 0 and there > 0]
    if not points:
        return None
    errors = [error for _, here, there in points for error in (here, there)]
    low, high = math.floor(math.log10(min(errors))), math.ceil(math.log10(max(errors)))
    span = low, max(high, low + 1)
    marks = (
        f'<circle cx="{_place(here, span):.1f}" cy="{SIZE - _place(there, span):.1f}" r="4" fill-opacity="0.6" '
        f'fill="{PARTED if case.parts else SAME}"><title>{escape(case.case)}</title></circle>'
        for case, here, there in points
    )
    return "\n".join([*_frame(span, names), *marks, "</svg>", ""])


def _place(error: float, span: tuple[int, int]) -> float:
    low, high = span
    return MARGIN + (math.log10(error) - low) / (high - low) * (SIZE - 2 * MARGIN)


def _frame(span: tuple[int, int], names: tuple[str, str]) -> Iterator[str]:
    one, other = map(escape, names)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" font-family="sans-serif" font-size="13">'
    )
    yield f'<rect width="{SIZE}" height="{SIZE}" fill="white"/>'
    first, last = MARGIN, SIZE - MARGIN
    yield f'<path d="M{first} {last}L{last} {first}" stroke="#57606a" stroke-dasharray="6 4"/>'
    for power in range(span[0], span[1] + 1):
        at = _place(10.0**power, span)
        yield f'<path d="M{first} {SIZE - at:.1f}H{last}M{at:.1f} {first}V{last}" stroke="#d0d7de" fill="none"/>'
        yield f'<text x="{at:.1f}" y="{last + 18}" text-anchor="middle">1e{power}</text>'
        yield f'<text x="{first - 8}" y="{SIZE - at + 4:.1f}" text-anchor="end">1e{power}</text>'
    yield f'<text x="{SIZE / 2}" y="{SIZE - 12}" text-anchor="middle">mean error of {one}, of the bound of A</text>'
    yield (
        f'<text x="16" y="{SIZE / 2}" text-anchor="middle" transform="rotate(-90 16 {SIZE / 2})">'
        f"mean error of {other}, of the bound of A</text>"
    )
    yield f'<text x="{first}" y="24" fill="{PARTED}">bits part</text>'
    yield f'<text x="{first + 72}" y="24" fill="{SAME}">same bits</text>'
