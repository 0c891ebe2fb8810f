"""Plots as SVG within a page, in the page's own colours, which change with the light."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from conv2d_conformance.cases.case import CaseError
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.report.report import Report

INK, SOFT, ACCENT = "#010203", "#040506", "#070809"
"""Colours that stand in for those of the page, and that nothing else has."""

COLOURS = {INK: "var(--ink)", SOFT: "var(--soft)", ACCENT: "var(--accent)"}
SETTINGS: dict[Any, Any] = {  # whose keys are literals to the types of some versions
    "svg.fonttype": "none",
    "svg.hashsalt": "conv2d-conformance",
    "font.size": 10,
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), SOFT),
}


@dataclass(frozen=True)
class WorstError:
    """The worst error in one dtype: the number of products of its sum, and its share of the bound of the grade."""

    subject: str
    K: int
    share: float


def worst_errors(report: Report) -> tuple[WorstError, ...]:
    """Those of a report, of every dtype that has a grade."""
    found = []
    for subject, accuracy in report.accuracy.items():
        if accuracy.worst is None or accuracy.grade is None:
            continue
        try:
            case = parse(accuracy.worst.case)
        except CaseError:
            continue
        if not case.hands_over_output:  # the sums of a gradient have other lengths
            K = case.C // case.groups * case.KH * case.KW
            found.append(WorstError(subject, K, accuracy.worst.share_of_bound))
    return tuple(found)


def margins(own: Sequence[WorstError], others: Iterable[WorstError]) -> Markup:
    """The worst errors of an implementation over the length of their sums, and faintly those of all others."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(SETTINGS):
        figure = Figure(figsize=(7, 2.9), layout="constrained")
        axes = figure.add_subplot()
        rest = [*others]
        axes.scatter([one.K for one in rest], [one.share for one in rest], s=14, color=SOFT, alpha=0.35, linewidths=0)
        axes.scatter([one.K for one in own], [one.share for one in own], s=46, color=ACCENT, zorder=3)
        for number, one in enumerate(sorted(own, key=lambda one: one.share)):
            side = 1 if number % 2 else -1  # so that neighbours do not write over each other
            axes.annotate(
                one.subject,
                (one.K, one.share),
                textcoords="offset points",
                xytext=(0, 8 * side),
                ha="center",
                va="bottom" if side > 0 else "top",
                color=INK,
            )
        axes.axhline(1, color=SOFT, linewidth=1, linestyle=(0, (4, 3)))
        axes.set(xscale="log", ylim=(0, 1.15), xlabel="products of the sum, K", ylabel="share of the bound")
        axes.set_xlim(left=0.8)
        axes.xaxis.set_major_formatter("{x:,.0f}")
        for background in (figure.patch, axes.patch):
            background.set_visible(False)
        axes.spines[["top", "right"]].set_visible(False)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    return _inline(text.getvalue())


def _inline(svg: str) -> Markup:
    """The drawing without the head of a file, in the colours of the page."""
    drawing: Any = svg[svg.index("<svg") :]
    for stand_in, colour in COLOURS.items():
        drawing = drawing.replace(stand_in, colour)
    drawing = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", drawing, flags=re.DOTALL)
    return Markup(
        re.sub(r"\n\s*", "\n", drawing).replace("<svg ", '<svg role="img" aria-labelledby="margins-caption" ', 1)
    )
