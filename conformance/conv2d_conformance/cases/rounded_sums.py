"""Long sums of data that round in every addition, at sizes around vectors, tiles and blocks.

An implementation that sums in another order, for another number of images, at another place or in another layout, shows
it in the last bits of such sums, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count as numbers
from typing import Any

import numpy as np
from numpy.random import Philox

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.cases.geometry import is_legal, multiply_adds

LEVELS: dict[str, tuple[Any, ...]] = {
    "images": (2, 3, 4, 5, 8, 9, 16, 17, 33, 64),
    "inputs": (3, 8, 16, 17, 32, 33, 64, 65, 100, 128, 256),
    "outputs": (1, 2, 3, 4, 5, 8, 16, 17, 32),
    "groups": (1, 1, 1, 1, 2, 3),
    "kernel": ((3, 3), (3, 3), (1, 1), (5, 5), (1, 3), (3, 1), (2, 2), (7, 7)),
    "stride": ((1, 1), (1, 1), (1, 1), (2, 2), (1, 2), (3, 1)),
    "dilation": ((1, 1), (1, 1), (1, 1), (2, 2), (1, 3)),
    "padding": ("none", "none", "half", "half", "same", "valid"),
    "mode": ("zeros", "zeros", "zeros", "reflect", "replicate", "circular"),
    "side": (1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64),
    "bias": (False, True),
    "dtype": ("float32", "float32", "float32", "float64", "float64", "float16", "bfloat16"),
    "recipe": ("normal", "normal", "uniform"),
}
"""What a case is drawn from; `inputs` and `outputs` are those of a group, and `side` is one of the output."""

LEAST = 24
"""The fewest terms of a sum: fewer often have the same rounded sum in another order."""


def rounded_sums(count: int, seed: int, most: int, *, images: tuple[int, ...] = LEVELS["images"]) -> Iterator[Case]:
    """`count` cases of at most so many multiply-adds, with one of these numbers of images."""
    levels = {**LEVELS, "images": images}
    philox = Philox(key=np.array((seed, 5), np.uint64))
    for number in numbers():
        if count == 0:
            return
        words = map(int, philox.random_raw(len(levels) + 1))
        # The words are used up in the order of the levels: one more, for the second side, is the last.
        drawn = {name: values[next(words) % len(values)] for name, values in levels.items()}
        case = _case(drawn, LEVELS["side"][next(words) % len(LEVELS["side"])], number)
        terms = case.C // case.groups * case.KH * case.KW
        if terms >= LEAST and is_legal(case) and multiply_adds(case) <= most:
            count -= 1
            yield case


def _case(drawn: dict[str, Any], width: int, number: int) -> Case:
    (KH, KW), stride, dilation = drawn["kernel"], drawn["stride"], drawn["dilation"]
    padding, outputs = drawn["padding"], (drawn["side"], width)
    if padding == "same":
        (H, W), stride = outputs, (1, 1)
    else:
        pads = (KH // 2, KW // 2) if padding == "half" else (0, 0)
        padding = padding if padding == "valid" else pads
        axes = zip(outputs, stride, dilation, (KH, KW), pads, strict=True)
        H, W = (max(1, (size - 1) * s + d * (taps - 1) + 1 - 2 * pad) for size, s, d, taps, pad in axes)
    return Case(
        N=drawn["images"],
        C=drawn["inputs"] * drawn["groups"],
        H=H,
        W=W,
        M=drawn["outputs"] * drawn["groups"],
        KH=KH,
        KW=KW,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=drawn["groups"],
        bias=drawn["bias"],
        dtype=drawn["dtype"],
        data=Recipe(drawn["recipe"], number),
        padding_mode=drawn["mode"] if padding != "valid" else "zeros",
    )
