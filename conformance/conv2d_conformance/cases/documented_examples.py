"""The three examples of the document, with its input of 20 images of 16 channels, 50 rows and 100 columns."""

from __future__ import annotations

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import parse

DOCUMENTED: tuple[tuple[str, Case], ...] = (
    ("With square kernels and equal stride", parse("n20c16h50w100 m33k3 s2 omit=padding,dilation,groups bias")),
    (
        "non-square kernels and unequal stride and with padding",
        parse("n20c16h50w100 m33k3x5 s2x1 p4x2 omit=dilation,groups bias"),
    ),
    (
        "non-square kernels and unequal stride and with padding and dilation",
        parse("n20c16h50w100 m33k3x5 s2x1 p4x2 d3x1 omit=groups bias"),
    ),
)
"""(words of the document, case). The outputs are 20x33 images of 24x49, 28x100 and 26x100."""
