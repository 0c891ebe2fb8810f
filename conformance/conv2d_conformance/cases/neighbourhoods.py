"""The neighbourhoods in which a fast path could forget a check: kernels, groups, batches, dtypes, paddings and so on.

Nine factors, each with four levels, make more than 100,000 neighbourhoods. A block of four of them has every level of
every factor, and all `BLOCKS` together have every pair of levels of any two factors.

The level of a factor in row r of the block (digit, step) is r XOR (step * d), where d is that digit of the factor's
number in base 4, and * multiplies in the field of four elements, whose addition is XOR. So the row decides the level,
and all four occur. Two factors differ in some digit, by e != 0: in the blocks of that digit their levels differ by
step * e, which takes every value as the step does. So every pair of levels occurs.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.contract.capabilities import PADDING_MODES
from conv2d_conformance.contract.formats import DTYPES

FACTORS: dict[str, tuple[dict[str, Any], ...]] = {
    "kernel": ({"KH": 3, "KW": 2}, {"KH": 1, "KW": 1}, {"KH": 1, "KW": 3}, {"KH": 3, "KW": 1}),
    "channels": (
        {"C": 4, "M": 6},
        {"C": 4, "M": 4, "groups": 4},
        {"C": 4, "M": 6, "groups": 2},
        {"C": 1, "M": 1},
    ),
    "batch": ({"N": 2}, {"N": 1}, {"N": None}, {"N": 0}),
    "dtype": tuple({"dtype": name} for name in DTYPES),
    "padding": ({"padding": (0, 0)}, {"padding": (1, 2)}, {"padding": "valid"}, {"padding": "same"}),
    "mode": tuple({"padding_mode": name} for name in PADDING_MODES),
    "stride": ({"stride": (1, 1)}, {"stride": (2, 1)}, {"stride": (1, 3)}, {"stride": (2, 2)}),
    "dilation": ({"dilation": (1, 1)}, {"dilation": (1, 2)}, {"dilation": (2, 1)}, {"dilation": (2, 2)}),
    "bias": ({"bias": False}, {"bias": True}, {"bias": False}, {"bias": True}),
}
"""Each factor, and the fields of a case that each of its levels sets."""

BLOCKS = ((0, 0), *((digit, step) for step in (1, 2, 3) for digit in (0, 1)))
"""(digit, step) of each block. Without a step the digit does not matter."""

Only = dict[str, tuple[int, ...]]
"""The levels left to some factors by a defect, or by what the specification says about it."""

LEVELS = range(4)
SAME = 3
"""The level of the padding "same"."""

_PRODUCT = ((0, 0, 0, 0), (0, 1, 2, 3), (0, 2, 3, 1), (0, 3, 1, 2))


@cache
def rows(block: int) -> tuple[dict[str, int], ...]:
    """The four neighbourhoods of a block: the level of each factor."""
    digit, step = BLOCKS[block]
    return tuple(
        {name: row ^ _PRODUCT[step][number // 4**digit % 4] for number, name in enumerate(FACTORS)} for row in range(4)
    )


def legal_calls(block: int, only: Only) -> tuple[Case, ...]:
    """A legal call in each neighbourhood of a block, restricted to the levels that are left.

    The padding "same" allows no stride: where both meet, each is asked without the other, if its levels allow it.
    """
    found = []
    for row in rows(block):
        levels = {name: only[name][level % len(only[name])] if name in only else level for name, level in row.items()}
        if levels["padding"] == SAME and levels["stride"] != 0:
            found.append(levels | {"stride": 0})
            others = [level for level in only.get("padding", LEVELS) if level != SAME]
            found += [levels | {"padding": level} for level in others[-1:]]
        else:
            found.append(levels)
    return tuple(_case(levels, seed) for seed, levels in enumerate(found))


def _case(levels: Mapping[str, int], seed: int) -> Case:
    fields: dict[str, Any] = {"H": 9, "W": 8, "data": Recipe(seed=seed)}
    for name, level in levels.items():
        fields |= FACTORS[name][level]
    return Case(**fields)
