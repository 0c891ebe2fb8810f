"""A report as a badge: one short line for a page, which can never look like more than the report says."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from conv2d_conformance.contract.composed import told
from conv2d_conformance.foreign import escaped_line, shortened
from conv2d_conformance.report.composed_parts import composed_of
from conv2d_conformance.report.glance import name_of
from conv2d_conformance.report.report import Report
from conv2d_conformance.report.standing import FAILS, standing
from conv2d_conformance.typed_json import known

LABEL = "conv2d"
LONGEST_MESSAGE = 80
GREEN, AMBER, RED, GREY = "#1a7f37", "#9a6700", "#cf222e", "#57606a"
"""White text has a contrast of 4.8 and more on each of them."""

WIDTH_OF_LETTER = 6.6
"""In pixels, of sans-serif letters of 11 pixels; `textLength` makes the text as wide as its box in every font."""

PADDING, HEIGHT = 6, 20


@dataclass(frozen=True, kw_only=True)
class Badge:
    """A badge in the form of the endpoint of shields.io, https://shields.io/badges/endpoint-badge."""

    schemaVersion: int = 1  # the name that shields.io gives it
    label: str = LABEL
    message: str
    color: str


def badge_of(report: Report) -> Badge:
    """Certificate, limits, part of a run, profile, classes of accuracy and edition; or that there is none."""
    if report.conforming:
        return Badge(message=_line("conforming", report), color=GREEN)
    if limits := known(report.conclusion.within_limits, None):
        within = limits[0] if len(limits) == 1 else f"{len(limits)} limits"
        return Badge(message=_line(f"within {within}", report), color=AMBER)
    if standing(report) == FAILS:
        return Badge(message=_line("not conforming", report), color=RED)
    return Badge(message=_line("no certificate", report), color=GREY)


def _line(outcome: str, report: Report) -> str:
    classes = dict.fromkeys(found.grade or "no class" for found in report.accuracy.values())
    composed = told(composed_of(report.implementation))
    parts = (
        outcome,
        *((report.shard,) if report.shard else ()),
        *((f"composed {composed}",) if composed else ()),
        report.run.profile,
        *((f"class {', '.join(classes)}",) if classes else ()),
        f"edition {report.spec.edition}",
    )
    return shortened(escaped_line(" | ".join(parts)), LONGEST_MESSAGE)


def as_svg(badge: Badge, report: Report) -> str:
    """The badge as a picture. Its title, which a reader of screens says, is the one sentence of the report."""
    left, right = (round(len(text) * WIDTH_OF_LETTER) + 2 * PADDING for text in (badge.label, badge.message))
    title = escaped_line(f"{name_of(report)}: {report.headline}")
    size = f'width="{left + right}" height="{HEIGHT}"'
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label={quoteattr(title)}>
<title>{escape(title)}</title>
<rect width="{left}" height="{HEIGHT}" fill="#24292f"/>
<rect x="{left}" width="{right}" height="{HEIGHT}" fill="{badge.color}"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
{_text(badge.label, 0, left)}
{_text(badge.message, left, right)}
</g>
</svg>
"""


def _text(words: str, place: int, width: int) -> str:
    across = f'x="{place + PADDING}" textLength="{width - 2 * PADDING}"'
    return f'<text {across} y="14" lengthAdjust="spacingAndGlyphs">{escape(words)}</text>'
