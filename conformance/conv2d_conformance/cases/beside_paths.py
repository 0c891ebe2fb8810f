"""Calls next to a fast path: one number of an argument changed, sizes that coincide, the smallest calls.

A dispatcher that looks only at the columns takes its fast path for rows that do not fit it. A kernel that chooses its
layout by sizes confuses axes of equal size. And each path has its own arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations, cycle, product
from typing import Any

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.cases.dtypes import in_dtype, in_turn
from conv2d_conformance.cases.geometry import geometry
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cases.tiles import PATHS
from conv2d_conformance.contract.formats import DTYPES

# ---- paths -------------------------------------------------------------------------------------------------------

_GROUPS = {"dense": (1, "g1"), "grouped": (2, "g2"), "depthwise": (3, "g3")}
_PATHS = (*((grouping, path) for grouping, paths in PATHS.items() for path in paths), ("dense", "k1"), ("dense", "k3"))


def _path(grouping: str, words: str, inputs: int, outputs: int) -> Case:
    """A path with `inputs` channels and `outputs` filters in each group, and an image that is still too large."""
    count, groups = _GROUPS[grouping]
    return parse(f"n1c{count * inputs}h999w999 m{count * outputs}{words} {groups}")


@cache
def beside_paths() -> tuple[Case, ...]:
    """Every path with the kernel, stride, padding or dilation of one axis off by one, in all dtypes in turn."""
    return tuple(in_turn(case for grouping, words in _PATHS for case in _beside(grouping, words)))


def _beside(grouping: str, words: str) -> Iterator[Case]:
    case = _path(grouping, words, *((1, 1) if grouping == "depthwise" else (3, 5)))
    sides = {"kernel": (case.KH, case.KW), **{name: _pair(case, name) for name in ("stride", "padding", "dilation")}}
    for (name, pair), axis, step in product(sides.items(), (0, 1), (1, -1)):
        changed = tuple(side + step * (number == axis) for number, side in enumerate(pair))
        if min(changed) >= (0 if name == "padding" else 1):
            fields: dict[str, Any] = {"KH": changed[0], "KW": changed[1]} if name == "kernel" else {name: changed}
            yield _sized(replace(case, **fields, data=Recipe(seed=2 * axis + step + 1)), 5, 6)


def _pair(case: Case, name: str) -> tuple[int, int]:
    value = getattr(case, name)
    return value if isinstance(value, tuple) else (value, value)


def _sized(case: Case, OH: int, OW: int) -> Case:
    """The case with the smallest image that gives this output size."""
    g = geometry(case)
    spans = zip((OH, OW), g.stride, g.dilation, (g.KH, g.KW), g.pads, strict=True)
    H, W = (max(1, (outputs - 1) * s + d * (taps - 1) + 1 - sum(pads)) for outputs, s, d, taps, pads in spans)
    return replace(case, H=H, W=W)


@cache
def long_sums_on_paths() -> tuple[Case, ...]:
    """Every path in every dtype over 1 and 8 channels, with integers whose sums have more bits than a shorter type.

    Only a sum that is kept in the 16-bit type itself, or in half the bits of a wide type, rounds before its end.
    """
    return tuple(
        _sized(replace(_path(grouping, words, inputs, 5), dtype=dtype, data=Recipe("odd", 2 * number + 1)), 5, 6)
        for number, ((grouping, words), inputs, dtype) in enumerate(product(_PATHS, (1, 8), DTYPES))
        if grouping != "depthwise" or inputs == 1
    )


# ---- sizes that coincide -----------------------------------------------------------------------------------------

_SIZES = {"N": 2, "C": 4, "H": 6, "W": 7, "M": 5, "KH": 3, "KW": 2}
_ROW = {"N": 2, "C": 4, "W": 7, "M": 5, "KW": 2}
"""Sizes that are all different; those of `_ROW` have an image of one row."""


@cache
def coinciding_sizes() -> tuple[Case, ...]:
    """Every choice of two or more sizes of a call set equal, to 3 or 8, while the others differ.

    Where the kernel is larger than the image, padding makes it fit. All dtypes take turns.
    """
    return tuple(in_turn(_coinciding()))


def _coinciding() -> Iterator[Case]:
    for sizes in (_SIZES, _ROW):
        for count in range(2, len(sizes) + 1):
            for seed, names in enumerate(combinations(sizes, count)):
                equal = 3 if seed % 2 else 8
                found: dict[str, Any] = {"H": 1, "KH": 1} | sizes | dict.fromkeys(names, equal)
                top, left = (max(0, found[f"K{side}"] - found[side]) for side in "HW")
                yield Case(**found, padding=(-(-top // 2), -(-left // 2)), data=Recipe(seed=seed))


# ---- small calls -------------------------------------------------------------------------------------------------


@cache
def smallest_calls() -> tuple[Case, ...]:
    """Every image of up to 3x3 under every kernel that fits it, over one and two channels, in every dtype."""
    sides = [(size, taps) for size in (1, 2, 3) for taps in range(1, size + 1)]
    shapes = product(((1, 1), (2, 1), (1, 2)), sides, sides)
    return tuple(
        in_dtype(Case(N=1, C=C, H=H, W=W, M=M, KH=KH, KW=KW, data=Recipe(seed=seed)), dtype)
        for seed, ((C, M), (H, KH), (W, KW)) in enumerate(shapes)
        for dtype in DTYPES
    )


@cache
def small_strided_calls() -> tuple[Case, ...]:
    """Square images, kernels and strides of up to 3, paddings of up to 2 and one channel, in all dtypes in turn."""
    sides = product((1, 2, 3), (1, 2, 3), (1, 2, 3), (0, 1, 2))
    return tuple(
        in_turn(
            Case(N=2, C=1, H=size, W=size, M=1, KH=K, KW=K, stride=(s, s), padding=(p, p), data=Recipe(seed=seed))
            for seed, (size, K, s, p) in enumerate(sides)
            if size + 2 * p >= K
        )
    )


# ---- kernels, with strides and paddings ------------------------------------------------------------------------------


@cache
def kernels_of_every_length() -> tuple[Case, ...]:
    """Kernels of every height and every width up to 17, beside 3 and beside 1, in all dtypes in turn."""
    return tuple(
        in_turn(
            Case(N=2, C=2, H=KH + 3, W=KW + 4, M=3, KH=KH, KW=KW, data=Recipe(seed=length))
            for length in range(2, 18)
            for KH, KW in ((3, length), (length, 3), (1, length), (length, 1))
        )
    )


@cache
def every_square() -> tuple[Case, ...]:
    """Kernels up to 7, strides up to 4, paddings up to 3 and all cells that a stride can lose, alike on both axes."""
    taps_strides_paddings = product(range(1, 8), range(1, 5), range(4))
    squares = ((K, s, p, lost) for K, s, p in taps_strides_paddings for lost in range(s) if 2 * s + K + lost > 2 * p)
    return tuple(
        in_turn(
            Case(N=2, C=2, H=side, W=side, M=3, KH=K, KW=K, stride=(s, s), padding=(p, p), data=Recipe(seed=seed))
            for seed, (K, s, p, lost) in enumerate(squares)
            for side in (2 * s + K + lost - 2 * p,)
        )
    )


# ---- channels ----------------------------------------------------------------------------------------------------

_MULTIPLES = (*range(48, 137, 8), *range(144, 273, 16), 320, 384)


@cache
def multiples_of_blocks() -> tuple[Case, ...]:
    """Every multiple of 8 channels up to 136, and of 16 up to 272, over many pixels, in every dtype.

    Each dtype meets each number twice: in a matrix product and under a larger kernel.
    """
    kernels = cycle(((1, 9), (3, 7)))
    return tuple(
        in_dtype(Case(N=1, C=C, H=side, W=side + 1, M=2, KH=K, KW=K, data=Recipe(seed=C)), dtype)
        for C, dtype, (K, side) in ((C, dtype, next(kernels)) for C in _MULTIPLES for dtype in DTYPES for _ in range(2))
    )
