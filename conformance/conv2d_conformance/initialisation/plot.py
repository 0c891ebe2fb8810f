"""Pictures of a sample beside its law: a line of text for a terminal, and an SVG file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

import numpy as np

from conv2d_conformance.contract.arrays import Floats
from conv2d_conformance.initialisation.marginal import radius
from conv2d_conformance.initialisation.sample import Sample

BLOCKS = " ▁▂▃▄▅▆▇█"
EXTENT = 1.5
"""The extent of the pictures, in multiples of sqrt(k)."""

COLOURS = ("#1f6feb", "#d29922", "#8250df", "#2da44e")
WIDTH, HEIGHT, MARGIN = 720, 420, 48
POINTS = 240


def histogram(values: Floats, columns: int = 72) -> str:
    """One block for each bin from -1.5 to 1.5 sqrt(k); the law fills half the line. Values beyond are not shown."""
    counts, _ = np.histogram(values[np.isfinite(values)], bins=columns, range=(-EXTENT, EXTENT))
    expected = values.size / (columns / EXTENT)  # the law has the density 1/2
    heights = np.clip(np.ceil(counts / expected * 4 - 0.5), counts > 0, 8).astype(int)
    return "".join(BLOCKS[height] for height in heights)


def law_line(columns: int = 72) -> str:
    """The histogram of the law."""
    return histogram((np.arange(3600) + 0.5) / 1800 - 1, columns)


def svg(samples: Mapping[str, Sample], *, title: str, p: float = 1e-6) -> str:
    """Empirical distribution functions, the law, and the band that a right sample leaves with probability at most p."""
    fewest = min(sample.n for sample in samples.values())
    x = np.linspace(-EXTENT, EXTENT, POINTS)
    law = np.clip((x + 1) / 2, 0, 1)
    band = radius(fewest, p)
    parts = [*_frame(title), _area(x, np.clip(law - band, 0, 1), np.clip(law + band, 0, 1))]
    parts.append(_line(x, law, "#57606a", "stroke-dasharray='6 4'"))
    for number, (name, sample) in enumerate(samples.items()):
        ordered = np.sort(sample.values)
        colour = COLOURS[number % len(COLOURS)]
        parts.append(_line(x, np.searchsorted(ordered, x, side="right") / sample.n, colour))
        parts.append(_text(MARGIN + 12, MARGIN + 20 * (number + 2), f"{name}, {sample.n} elements", fill=colour))
    band_words = f"law, with the band for {fewest} elements at p = {p:g}"
    parts.append(_text(MARGIN + 12, MARGIN + 20, band_words, fill="#57606a"))
    return "\n".join([*parts, "</svg>", ""])


def _frame(title: str) -> Iterator[str]:
    font = 'font-family="sans-serif" font-size="13"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {font}>'
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
    yield _text(MARGIN, MARGIN - 20, title, weight="bold")
    for tick in (-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5):
        yield _text(_column(tick), HEIGHT - MARGIN + 18, f"{tick:g}", anchor="middle")
    for tick in (0.0, 0.5, 1.0):
        yield f'<path d="M{MARGIN} {_row(tick):.1f}H{WIDTH - MARGIN}" stroke="#d0d7de"/>'
        yield _text(MARGIN - 8, _row(tick) + 4, f"{tick:g}", anchor="end")
    yield _text(WIDTH / 2, HEIGHT - 8, "element / sqrt(k)", anchor="middle")


def _column(x: float) -> float:
    return MARGIN + (x + EXTENT) / (2 * EXTENT) * (WIDTH - 2 * MARGIN)


def _row(y: float) -> float:
    return HEIGHT - MARGIN - y * (HEIGHT - 2 * MARGIN)


def _points(x: Floats, y: Floats) -> str:
    return " ".join(f"{_column(a):.1f},{_row(b):.1f}" for a, b in zip(x, y, strict=True))


def _line(x: Floats, y: Floats, colour: str, more: str = "") -> str:
    return f'<polyline points="{_points(x, y)}" fill="none" stroke="{colour}" stroke-width="2" {more}/>'


def _area(x: Floats, low: Floats, high: Floats) -> str:
    return f'<polygon points="{_points(x, low)} {_points(x[::-1], high[::-1])}" fill="#57606a" fill-opacity="0.15"/>'


def _text(x: float, y: float, words: str, *, fill: str = "black", anchor: str = "start", weight: str = "normal") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" fill="{fill}" text-anchor="{anchor}" font-weight="{weight}"'
    return f"<text {place}>{escape(words)}</text>"
