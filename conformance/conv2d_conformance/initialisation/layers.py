"""The layers that the suite constructs, chosen so that no wrong formula gives the right range by coincidence.

For each layer, a unit test computes every formula of `recognise` that can differ there, and requires it to be at least
18 % off. Seeds count from a first seed, which the plan sets.
"""

from __future__ import annotations

from conv2d_conformance.cases.layer_case import LayerCase


def _successive(count: int) -> tuple[int, ...]:
    return tuple(range(count))


WEIGHTS = (
    LayerCase(C=20, M=12, kernel=(5, 2), bias=False, seeds=_successive(2)),
    LayerCase(C=64, M=38, kernel=(5, 2), bias=False, seeds=_successive(3)),
    LayerCase(C=160, M=96, kernel=(5, 2), bias=False, seeds=_successive(7)),
)
"""For tests of the weight, in stages of 2^12, 2^16 and 2^20 elements."""

BIASES = (
    LayerCase(C=5, M=590, kernel=(2, 7), seeds=_successive(7)),
    LayerCase(C=3, M=16384, kernel=(2, 1), seeds=_successive(4)),
    LayerCase(C=1, M=131072, kernel=(3, 1), seeds=_successive(8)),
)
"""For tests of the bias, in the same stages."""

SHAPES = (
    LayerCase(C=5, M=590, kernel=(2, 7)),
    LayerCase(C=3, M=400, kernel=(5, 2)),
    LayerCase(C=2, M=350, kernel=(7, 4)),
    LayerCase(C=4, M=300, kernel=(3, 3)),
    LayerCase(C=8, M=512, kernel=(1, 1)),
)
"""Layers of many fan-ins."""

GROUPED_SHAPES = (
    LayerCase(C=6, M=310, kernel=(3, 5), groups=2),
    LayerCase(C=20, M=232, kernel=(2, 7), groups=4),
    LayerCase(C=32, M=376, kernel=(5, 2), groups=8),
    LayerCase(C=48, M=384, kernel=(3, 3), groups=48),
)
"""Layers with groups; the last one is depthwise."""

ALL_OVER = (LayerCase(C=20, M=12, kernel=(5, 2), seeds=(0, 1, 2, 2**8, 2**16, 2**24, 2**31)),)
"""Seeds that differ in one place, high or low."""

SMALL = (
    LayerCase(C=8, M=10, kernel=(3, 5), groups=2),
    LayerCase(C=4, M=6, kernel=(3, 2)),
    LayerCase(C=3, M=5, kernel=(1, 4)),
    LayerCase(C=8, M=16, kernel=(2, 1), groups=8),
    LayerCase(C=1, M=1, kernel=(1, 1)),
)
"""For tests without chance: all sizes differ where they can."""

SCALARS = (LayerCase(C=6, M=10, kernel=3, groups=2), LayerCase(C=2, M=3, kernel=2))

WITH_DEFAULTS = tuple(
    LayerCase(C=4, M=6, kernel=(3, 2), omit=omit) for omit in (("groups",), ("bias",), ("groups", "bias"))
)
