"""The vocabulary of triggers: the sizes of a case by name, and the facts that hold or do not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.cases.geometry import geometry
from conv2d_conformance.contract.capabilities import PADDING_MODES
from conv2d_conformance.contract.formats import DTYPES


@dataclass(frozen=True, slots=True)
class Sizes:
    """A legal case as a trigger sees it: numbers by name, and the facts that hold."""

    numbers: Mapping[str, int]
    facts: frozenset[str]


@lru_cache(4096)
def sizes_of(case: Case) -> Sizes:
    """The sizes of a legal case."""
    g = geometry(case)
    N = 1 if g.N is None else g.N
    numbers = {
        "N": N,
        "C": g.C,
        "M": g.M,
        "H": g.H,
        "W": g.W,
        "KH": g.KH,
        "KW": g.KW,
        "OH": g.OH,
        "OW": g.OW,
        "groups": g.groups,
        "C // groups": g.C // g.groups,
        "M // groups": g.M // g.groups,
        "KH * KW": g.KH * g.KW,
        "C // groups * KH * KW": g.C // g.groups * g.KH * g.KW,
        "OH * OW": g.OH * g.OW,
        "N * OH * OW": N * g.OH * g.OW,
        "M * OH * OW": g.M * g.OH * g.OW,
        "H * W": g.H * g.W,
        "C * H * W": g.C * g.H * g.W,
        "N * C * H * W": N * g.C * g.H * g.W,
        "M * C // groups * KH * KW": g.M * (g.C // g.groups) * g.KH * g.KW,
        "N * M * OH * OW": N * g.M * g.OH * g.OW,
        "stride[0]": g.stride[0],
        "stride[1]": g.stride[1],
        "dilation[0]": g.dilation[0],
        "dilation[1]": g.dilation[1],
        "padding[0]": g.pads[0][0],
        "padding[1]": g.pads[1][0],
    }
    return Sizes(numbers, frozenset(fact for fact, holds in _facts(case, numbers).items() if holds))


def _facts(case: Case, n: Mapping[str, int]) -> dict[str, bool]:
    stride, dilation, padding = ((n[f"{name}[0]"], n[f"{name}[1]"]) for name in ("stride", "dilation", "padding"))
    facts = {
        "there is a bias": case.bias,
        "there is no bias": not case.bias,
        "the input has no batch axis": case.N is None,
        "the input has a batch axis": case.N is not None,
        "there is a stride": max(stride) > 1,
        "there is a stride on both axes": min(stride) > 1,
        "there is no stride": max(stride) == 1,
        "the strides differ": stride[0] != stride[1],
        "there is a dilation": max(dilation) > 1,
        "there is a dilation on both axes": min(dilation) > 1,
        "there is no dilation": max(dilation) == 1,
        "the dilations differ": dilation[0] != dilation[1],
        "there is padding": max(padding) > 0,
        "there is padding on both axes": min(padding) > 0,
        "there is no padding": max(padding) == 0,
        "the paddings differ": padding[0] != padding[1],
        "there are groups": n["groups"] > 1,
        "there are no groups": n["groups"] == 1,
        "the convolution is depthwise": n["groups"] == n["C"] > 1,
        "the convolution is depthwise with M == C": n["groups"] == n["C"] == n["M"] > 1,
        "there are groups, and it is not depthwise": 1 < n["groups"] < n["C"],
        "the kernel is square": n["KH"] == n["KW"],
        "the kernel is not square": n["KH"] != n["KW"],
        "the kernel is 1x1": n["KH"] == n["KW"] == 1,
        "the kernel is larger than 1x1": n["KH"] * n["KW"] > 1,
        "the input is square": n["H"] == n["W"],
        "the input is not square": n["H"] != n["W"],
        "the output is square": n["OH"] == n["OW"],
        "the output is not square": n["OH"] != n["OW"],
        "C == M": n["C"] == n["M"],
        "C != M": n["C"] != n["M"],
        "a stride is larger than the kernel": stride[0] > n["KH"] or stride[1] > n["KW"],
        "the padding is as large as the kernel": padding[0] >= n["KH"] or padding[1] >= n["KW"],
        "the padding is more than half the kernel": 2 * padding[0] > n["KH"] or 2 * padding[1] > n["KW"],
        "the stride does not divide the height": (n["OH"] - 1) * stride[0] < _places(case, n, 0) - 1,
        "the stride does not divide the width": (n["OW"] - 1) * stride[1] < _places(case, n, 1) - 1,
    }
    for side, size, pads in zip(("height", "width"), (n["H"], n["W"]), geometry(case).pads, strict=True):
        cells = max(pads)
        facts[f"the padding is larger than the {side}"] = cells > size
        facts[f"the padding equals the {side}"] = cells == size
        facts[f"the padding is the {side} less one"] = cells == size - 1 > 0
    for word in ("same", "valid"):
        facts[f'the padding is "{word}"'] = case.padding == word
    for name in ("stride", "padding", "dilation"):
        facts[f"the {name} is given as one integer"] = isinstance(getattr(case, name), int) and name not in case.omit
    for name in ("stride", "padding", "dilation", "groups"):
        facts[f"the {name} is left out"] = name in case.omit
    for mode in PADDING_MODES:
        facts[f"the padding mode is {mode}"] = case.padding_mode == mode
    facts["the padding mode is not zeros"] = case.padding_mode != "zeros"
    for dtype in DTYPES:
        facts[f"the dtype is {dtype}"] = case.dtype == dtype
    if case.view is not None:
        facts[f"the arrays are views ({case.view})"] = True
    recipe = case.recipe
    values = () if isinstance(case.data, Recipe) else tuple(value for _, _, value in case.data.entries)
    facts["there is a NaN"] = any(map(math.isnan, values))
    facts["there is an infinity"] = any(map(math.isinf, values))
    facts["there are subnormal numbers"] = recipe is not None and recipe.name == "subnormal"
    facts["the data are not small integers"] = recipe is None or recipe.name not in ("integers", "ones", "impulse")
    return facts


def _places(case: Case, n: Mapping[str, int], axis: int) -> int:
    """The number of positions where a window could start with stride 1."""
    size, kernel = (n["H"], n["KH"]) if axis == 0 else (n["W"], n["KW"])
    before, after = geometry(case).pads[axis]
    return size + before + after - n[f"dilation[{axis}]"] * (kernel - 1)
