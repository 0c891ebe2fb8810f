"""Gradients whose sums run over thousands of positions or images, with one term in each sum, or eight.

With dense data the bound of such a sum says nothing in 16-bit types, where the sum over the images may be rounded to
the type at each step.
"""

from __future__ import annotations

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.formats import DTYPES

_WIDE = (
    *("n1c2h66w65 m16k1 bias", "n1c1h66w67 m5k3", "n2c3h50w46 m16k1 s1x1 p0", "n80c1h8w8 m4k3 p1 bias"),
    *("n2c16h12w13 m16k3 p1", "n1300c1h2w2 m3k1 bias", "n1c4h70w65 m4k3 p1 g4", "n1c3h131w67 m8k2 s2"),
    "n1c33h5w6 m32k1x3 bias",
)

WIDE_SINGLE, WIDE_BOUNDED = (
    tuple(
        parse(f"{shape} {dtype} {recipe}:{number} grad")
        for dtype in DTYPES
        for number, shape in enumerate(_WIDE)
        if number % 2 == 0 or (recipe == "single" and dtype != "float64")
    )
    for recipe in ("single", "few")
)
"""Shapes as in networks: 4,096 positions and more, filters in sixteens, many channels or images, groups, strides."""
