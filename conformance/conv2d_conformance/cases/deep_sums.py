"""Sums of every depth whose last bit can be judged: one product in each, or a chain of a few near the last place.

A dispatcher chooses its algorithm by the channels and the kernel, and by the filters, the image or the batch. So each
depth meets each of those three in turn, as large as the budget allows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.cases.geometry import geometry, multiply_adds
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.formats import DTYPES

CHANNELS = (16, 33, 64, 128, 260, 512, 1024, 2049)
"""The channels of a group."""

TRANSFORMED = "k3"
"""The kernel of Winograd's algorithm, and of nearly all networks."""

OTHERS = ("k1", "k5", "k3 s2", "k3 g2", "k1x3", "k3 d2", "k3x1 g3", "k2 s2")

LARGE = (
    # images, sides of the output, and filters of a group: the most wanted first
    ((1, 4, 256), (1, 4, 128), (1, 4, 64), (1, 2, 64), (1, 2, 32), (1, 2, 16), (1, 2, 8), (1, 2, 4)),
    (
        (1, 56, 16),
        (1, 28, 32),
        (1, 28, 16),
        (1, 14, 16),
        (1, 8, 16),
        (1, 14, 2),
        (1, 8, 2),
        (1, 6, 2),
        (1, 4, 2),
        (1, 3, 2),
    ),
    ((64, 8, 16), (64, 4, 4), (64, 2, 2), (32, 2, 2), (16, 2, 2), (8, 2, 2), (4, 2, 2), (3, 2, 2), (2, 2, 2)),
)


def single_products(max_multiply_adds: int, every: int) -> Iterator[Case]:
    """One product for every output, at every depth up to 2049 channels, in cases of limited multiply-adds.

    In float32 the 3x3 kernel meets every depth and every large axis. The other dtypes take turns at the depths, unless
    `every` is small. Of the combinations with other kernels, one in `every` is asked, the dtypes taking turns.
    """
    turns = max(1, min(3, every // 4))
    for i, channels in enumerate(CHANNELS):
        for large in range(len(LARGE)):
            yield from _case(TRANSFORMED, channels, large, "float32", max_multiply_adds)
        for j, dtype in enumerate(dtype for dtype in DTYPES if dtype != "float32"):
            if i == 0 or (i + j) % turns == 0:
                yield from _case(TRANSFORMED, channels, i % len(LARGE), dtype, max_multiply_adds)
        for (j, kernel), large in product(enumerate(OTHERS), range(len(LARGE))):
            if (i + 5 * j + 7 * large) % every == 0:
                yield from _case(kernel, channels, large, DTYPES[(i + j) % len(DTYPES)], max_multiply_adds)


def _case(kernel: str, channels: int, large: int, dtype: str, most: int) -> Iterator[Case]:
    """The most wanted case within the budget, if there is one."""
    shape = parse(f"n1c6h99w99 m6{kernel} {dtype}")
    for N, side, M in LARGE[large]:
        case = replace(
            shape,
            N=N,
            C=channels * shape.groups,
            M=M * shape.groups,
            H=_input_size(shape, 0, side),
            W=_input_size(shape, 1, side),
            data=Recipe("single", channels + large),
        )
        if multiply_adds(case) <= most:
            yield case
            return


def _input_size(shape: Case, axis: int, output: int) -> int:
    """The smallest input that gives this output size on an axis."""
    g = geometry(shape)
    taps = (g.KH, g.KW)[axis]
    return (output - 1) * g.stride[axis] + g.dilation[axis] * (taps - 1) + 1 - sum(g.pads[axis])


# ---- chains ------------------------------------------------------------------------------------------------------

_CHAINED = (
    *("n1c8h16w16 m16k1", "n1c4h16w16 m16k1", "n1c3h16w16 m16k1", "n1c512h4w4 m9k3 p1", "n2c16h4w4 m9k3 p1"),
    *("n1c64h4w4 m9k3x2 s1x2 p1", "n1c1025h2w3 m9k3 p1", "n1c2048h4w4 m2k1", "n2c66h3w4 m18k3 p1 g2"),
)

_SEEN = tuple(parse(f"{_CHAINED[0]} {dtype} few:9") for dtype in DTYPES)
"""Sums whose smallest product the bound never hides, whatever the grade, as it hides those of chains."""

CHAINS, BRIMS = (
    tuple(
        parse(f"{shape} {dtype} {recipe}:{number}")
        for dtype in DTYPES
        for number, shape in enumerate(_CHAINED[: 4 if dtype.endswith("16") else None])
    )
    + seen
    for recipe, seen in (("chain", _SEEN), ("brim", ()))
)
"""Chains whose additions all round, and integers that fill the accumulator: dense, or among thousands of zeros."""
