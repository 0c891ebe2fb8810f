"""The space of legal cases, as tables, and the Hypothesis strategy that draws from them.

A case is decoded from a string of bytes, one per field: the byte chooses from the field's column of values. A column
rises from simple to odd, and repeats values to weight them. So Hypothesis, which shrinks bytes towards 0, shrinks cases
towards the simplest call. No draw is rejected: the size of the input is chosen last, as the smallest legal one plus a
little.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st
from numpy.random import Philox

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.cases.data import RECIPES
from conv2d_conformance.contract.capabilities import FEATURE_OF_ARGUMENT

# ---- the space ---------------------------------------------------------------------------------------------------

Column = tuple[Any, ...]

SPACE: dict[str, tuple[Column, dict[str, Column]]] = {
    # field: the simplest value, and the values that each dimension adds to it
    "batch": ((1, 1), {"batch": (2, 2, 3, 4, 5), "unbatched": (None,), "empty": (0,)}),
    "grouping": (("dense", "dense"), {"groups": ("grouped", "grouped"), "depthwise": ("depthwise",)}),
    "groups": ((), {"groups": (2, 2, 3, 4, 5), "depthwise": (2, 3, 4, 6, 8)}),
    "channels": ((1,), {"channels": (1, 2, 2, 3, 4, 5, 8)}),  # C and M of a dense case
    "per_group": ((1,), {"channels": (1, 2, 3)}),  # C / groups and M / groups of a grouped one
    "kernel": ((1,), {"kernel": (1, 2, 2, 2, 3, 3, 3, 3, 4, 5, 7)}),
    "stride": ((1, 1), {"stride": (1, 2, 2, 2, 3, 4, 9)}),
    "dilation": ((1, 1), {"dilation": (1, 2, 2, 3, 4)}),
    "padding": ((0, 0), {"padding": (0, 1, 1, 1, 2, 3, 5)}),
    "rule": (("explicit",) * 3, {"valid": ("valid",), "same": ("same",)}),
    "mode": (("zeros",) * 4, {"replicate": ("replicate",), "reflect": ("reflect",), "circular": ("circular",)}),
    "larger": ((0,), {"size": (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13)}),  # than the smallest legal input
    "square": ((False,), {"square": (False, False, True)}),  # the W axis repeats the H axis
    "bias": ((False,), {"bias": (True,)}),
    "spelling": (("pair", "pair"), {"scalar": ("scalar",), "omit": ("omit",)}),
}

ALWAYS = frozenset({"batch", "channels", "size", "kernel", "square"})
"""The dimensions that vary without being named: equal sizes would hide a swapped axis or index."""

DIMENSIONS = frozenset(name for _, added in SPACE.values() for name in added)

FEATURES: dict[str, frozenset[str]] = {
    **{name: frozenset({feature}) for name, feature in FEATURE_OF_ARGUMENT.items()},
    "groups": frozenset({"groups", "multi-channel"}),
    "depthwise": frozenset({"groups", "multi-channel"}),
    "channels": frozenset({"multi-channel"}),
    "valid": frozenset({"padding.valid"}),
    "same": frozenset({"padding.same"}),
    "replicate": frozenset({"padding-mode.replicate"}),
    "reflect": frozenset({"padding-mode.reflect"}),
    "circular": frozenset({"padding-mode.circular"}),
    "scalar": frozenset({"arguments.scalar"}),
    "omit": frozenset({"arguments.defaults"}),
    "unbatched": frozenset({"unbatched"}),
    "empty": frozenset({"empty-batch"}),
}
"""The features that an implementation must claim before a dimension varies; the other dimensions need none."""

EXCLUDES = {"stride": {"same"}, "padding": {"same", "valid"}}
"""For each dimension, those that cannot be required together with it."""


class AxisBytes(NamedTuple):
    """The bytes of one axis."""

    kernel: int
    stride: int
    dilation: int
    padding: int
    larger: int


class CaseBytes(NamedTuple):
    """The bytes of a case, in the order in which they are drawn; two more axes and four bytes of seed follow."""

    batch: int
    grouping: int
    groups: int
    inputs: int
    outputs: int
    rule: int
    mode: int
    bias: int
    stride_spelling: int
    padding_spelling: int
    dilation_spelling: int
    groups_spelling: int
    recipe: int
    square: int


HEAD, AXIS, SEED = len(CaseBytes._fields), len(AxisBytes._fields), 4
LENGTH = HEAD + 2 * AXIS + SEED

# ---- the strategy ------------------------------------------------------------------------------------------------


def cases(
    *,
    vary: Iterable[str] | None = None,
    require: Iterable[str] = (),
    keep: Iterable[str] = (),
    dtype: str = "float32",
    recipes: Iterable[str] = ("integers",),
) -> st.SearchStrategy[Case]:
    """Legal cases in which the named dimensions leave their simplest value.

    vary: the dimensions that may, besides batch, channels, size and kernel, which always do. None: all of them.
    require: the dimensions that must, in every case (with "stride", no axis has stride 1).
    keep: the dimensions that must not, whatever the others say; `beyond` finds those that an implementation lacks.
    recipes: names of recipes, with a magnitude if wanted, as in "integers*3".

    ValueError for an unknown name, and for requirements that contradict each other.
    """
    columns, makers = _space(vary, require, keep, dtype, recipes)
    return st.binary(min_size=LENGTH, max_size=LENGTH).map(lambda drawn: _decode(drawn, columns, dtype, makers))


def sample(
    count: int,
    seed: int,
    *,
    vary: Iterable[str] | None = None,
    require: Iterable[str] = (),
    keep: Iterable[str] = (),
    dtype: str = "float32",
    recipes: Iterable[str] = ("integers",),
) -> list[Case]:
    """`count` cases as `cases` has them, drawn without Hypothesis, where all are needed at once."""
    columns, makers = _space(vary, require, keep, dtype, recipes)
    words = Philox(key=np.array([seed, 0], np.uint64)).random_raw(count * (LENGTH // 8 + 1))
    drawn = words.astype("<u8").tobytes()
    return [_decode(drawn[i * LENGTH : (i + 1) * LENGTH], columns, dtype, makers) for i in range(count)]


Makers = tuple[tuple[str, int | None], ...]


def _space(
    vary: Iterable[str] | None, require: Iterable[str], keep: Iterable[str], dtype: str, recipes: Iterable[str]
) -> tuple[dict[str, Column], Makers]:
    """The values that each field may take, and the recipes."""
    required = frozenset(require)
    kept = frozenset(keep).union(*(EXCLUDES.get(name, ()) for name in required))
    opened = DIMENSIONS if vary is None else ALWAYS | frozenset(vary) | required
    for name in sorted(opened | kept | required):
        if name not in DIMENSIONS:
            raise ValueError(f"dimension {name!r} is not known; known are {', '.join(sorted(DIMENSIONS))}")
    for name in sorted(required & kept):
        raise ValueError(f"dimension {name!r} is required, and kept or excluded at once")
    columns = {field: _column(field, opened - kept, required) for field in SPACE}
    return columns, tuple(_recipe(text, dtype) for text in recipes)


def beyond(features: Iterable[str]) -> frozenset[str]:
    """The dimensions that must stay simple for an implementation with these features: an argument for `keep`."""
    return frozenset(name for name, needed in FEATURES.items() if not needed <= frozenset(features))


def _column(field: str, opened: frozenset[str], required: frozenset[str]) -> Column:
    simplest, added = SPACE[field]
    if wanted := tuple(value for name in added if name in required for value in added[name]):
        return tuple(value for value in wanted if value not in simplest)
    return simplest + tuple(value for name in added if name in opened for value in added[name])


def _recipe(text: str, dtype: str) -> tuple[str, int | None]:
    name, _, magnitude = text.partition("*")
    if name not in RECIPES or (magnitude and not magnitude.isdecimal()):
        raise ValueError(f"recipe {text!r} is not known; known are {', '.join(RECIPES)}, and integers*100")
    recipe = Recipe(name, 0, int(magnitude) if magnitude else None)
    Case(dtype=dtype, data=recipe)  # raises now what a draw would raise later
    return recipe.name, recipe.magnitude


def _decode(drawn: bytes, columns: dict[str, Column], dtype: str, recipes: Makers) -> Case:
    """The case that the bytes choose: every byte is legal, and so is every case."""
    head = CaseBytes(*drawn[:HEAD])
    h = AxisBytes(*drawn[HEAD : HEAD + AXIS])
    w = AxisBytes(*drawn[HEAD + AXIS : HEAD + 2 * AXIS])

    def pick(field: str, byte: int) -> Any:
        column = columns[field]
        return column[byte % len(column)]

    if pick("square", head.square):
        w = h
    both = (h, w)
    KH, KW = (pick("kernel", axis.kernel) for axis in both)
    mode, rule = pick("mode", head.mode), pick("rule", head.rule)

    # The value of each argument, and how it is written: as a pair, as an int for both axes, or not at all.
    arguments: dict[str, Any] = {}
    omit = []
    for name, default, byte in (
        ("stride", (1, 1), head.stride_spelling),
        ("padding", (0, 0), head.padding_spelling),
        ("dilation", (1, 1), head.dilation_spelling),
    ):
        chosen = tuple(pick(name, getattr(axis, name)) for axis in both)
        if name == "padding" and rule != "explicit":
            arguments[name] = rule
            continue
        if name == "stride" and rule == "same":
            chosen = default
        spelling = pick("spelling", byte)
        if spelling == "omit" and default[0] in columns[name]:
            omit.append(name)
            chosen = default
        arguments[name] = chosen[0] if spelling == "scalar" else chosen

    grouping = pick("grouping", head.grouping)
    groups, column = (1, "channels") if grouping == "dense" else (pick("groups", head.groups), "per_group")
    C = groups * (1 if grouping == "depthwise" else pick(column, head.inputs))
    M = groups * pick(column, head.outputs)
    if groups == 1 and pick("spelling", head.groups_spelling) == "omit":
        omit.append("groups")

    H, W = (
        _smallest(kernel, _side(arguments["dilation"], side), _side(arguments["padding"], side), mode)
        + pick("larger", axis.larger)
        for side, (axis, kernel) in enumerate(zip(both, (KH, KW), strict=True))
    )
    name, magnitude = recipes[head.recipe % len(recipes)]
    return Case(
        N=pick("batch", head.batch),
        C=C,
        H=H,
        W=W,
        M=M,
        KH=KH,
        KW=KW,
        groups=groups,
        bias=pick("bias", head.bias),
        dtype=dtype,
        data=Recipe(name, int.from_bytes(drawn[-SEED:], "big"), magnitude),
        padding_mode=mode,
        omit=tuple(omit),
        **arguments,
    )


def _side(value: Any, side: int) -> Any:
    return value[side] if isinstance(value, tuple) else value


def _smallest(kernel: int, dilation: int, padding: int | str, mode: str) -> int:
    """The smallest input along one axis for which the call is legal."""
    extent = dilation * (kernel - 1) + 1
    if padding == "valid":
        return extent
    after = extent // 2 if padding == "same" else int(padding)  # "same" puts the larger part of an odd total there
    fits = 1 if padding == "same" else max(1, extent - 2 * after)
    return max(fits, {"reflect": after + 1, "circular": after}.get(mode, 1))
