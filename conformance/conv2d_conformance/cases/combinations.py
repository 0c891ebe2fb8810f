"""Combinations of everything that selects a path of a dispatcher, and of the sizes that leave a path its tails.

Kernel, stride, dilation, groups, padding, dtype, bias, channels, filters, output size and batch are factors, each with
some levels: classes such as "a kernel of one row", whose members take turns. A covering array has every pair of
levels of two factors, and every triple of three, that a case of limited cost can have. Its rows are in a file beside
this one, the cheapest first, since finding them takes longer than asking some of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from itertools import chain
from math import prod
from typing import Any

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.cases.cost import COST_OF_ELEMENT
from conv2d_conformance.cases.covering_array import Chosen, LevelTuple, Row, covering_rows, possible_tuples
from conv2d_conformance.cases.dtypes import whole
from conv2d_conformance.contract.formats import DTYPES

# ---- the factors -------------------------------------------------------------------------------------------------

Levels = dict[str, tuple[Any, ...]]
"""Levels by name, each with its members."""

CHANNELS: Levels = {
    "few": (1, 2, 3),
    "4": (4,),
    "8": (8,),
    "past 8": (9, 12, 15),
    "16": (16,),
    "past 16": (17, 24, 31),
    "32": (32,),
    "past 32": (33, 48, 63),
    "64": (64,),
}

WIDTHS: Levels = {
    "few": (3, 2, 4),
    "1": (1,),
    "to 8": (5, 6, 7),
    "8": (8,),
    "past 8": (9, 12, 14),
    "16": (16,),
    "past 16": (17, 24, 28),
    "64": (64, 65, 63),
}

FACTORS: dict[str, Levels] = {
    "kernel": {
        "1x1": ((1, 1),),
        "3x3": ((3, 3),),
        "one row": ((1, 3), (1, 5), (1, 7)),
        "one column": ((3, 1), (7, 1), (5, 1)),
        "even": ((2, 2), (4, 4)),
        "uneven": ((3, 5), (4, 3), (5, 3), (3, 4)),
        "5x5": ((5, 5),),
        "6x6": ((6, 6),),
        "7x7": ((7, 7),),
        "large": ((11, 11), (8, 8), (9, 9)),
    },
    "stride": {
        "1": ((1, 1),),
        "2": ((2, 2),),
        "larger along the width": ((1, 2), (2, 3)),
        "larger along the height": ((2, 1), (3, 1)),
        "3 or 4": ((3, 3), (4, 4)),
        "the kernel": ("kernel",),
    },
    "groups": {
        "1": (1,),
        "2 or 3": (2, 3),
        "8": (8,),
        "16 or 32": (32, 16),
        "depthwise": ("depthwise",),
        "multiplied": ("multiplied",),
    },
    "dtype": {dtype: (dtype,) for dtype in DTYPES},
    "channels": CHANNELS,
    "filters": CHANNELS,
    "dilation": {"1": ((1, 1),), "2": ((2, 2),), "4": ((4, 4),), "unequal": ((2, 1), (1, 2), (3, 1), (1, 4))},
    "padding": {
        "none": ("none",),
        "half the kernel": ("half",),
        "on one axis": ("rows", "columns"),
        "more": ("more",),
        "less than half": ("less",),
    },
    "OH": WIDTHS,
    "OW": WIDTHS,
    "batch": {"1": (1,), "2 or 3": (2, 3), "8": (8, 7), "past 16": (17, 33)},
    "bias": {"no": (False,), "yes": (True,)},
}
"""With groups, channels and filters count those of one group; in depthwise cases, the channels count the groups."""

_LEVELS = tuple(tuple(levels) for levels in FACTORS.values())
COUNTS = tuple(map(len, _LEVELS))

_WITHOUT_HALVES = tuple(("kernel", name) for name in ("1x1", "even"))
_WITHOUT_TWO_AXES = (*_WITHOUT_HALVES, ("kernel", "one row"), ("kernel", "one column"))
_WITHOUT_LESS = (*_WITHOUT_TWO_AXES, ("kernel", "3x3"), ("kernel", "uneven"))
IMPOSSIBLE = frozenset(
    frozenset(pair)
    for pair in (
        (("kernel", "1x1"), ("stride", "the kernel")),
        *((kernel, ("padding", "half the kernel")) for kernel in _WITHOUT_HALVES),
        *((kernel, ("padding", "on one axis")) for kernel in _WITHOUT_TWO_AXES),
        *((kernel, ("padding", "less than half")) for kernel in _WITHOUT_LESS),
        *((("filters", level), ("groups", "depthwise")) for level in CHANNELS if level != "few"),
        *((("padding", "more"), (axis, "1")) for axis in ("OH", "OW")),
        (("OH", "1"), ("OW", "1")),  # which no stride changes
    )
)
"""Pairs of levels that no case can have, or that would repeat another pair."""


def _numbered(level: tuple[str, str]) -> tuple[int, int]:
    """The number of a level's factor, and the number of the level."""
    factor = tuple(FACTORS).index(level[0])
    return factor, _LEVELS[factor].index(level[1])


_EXCLUDED = {
    one: frozenset(_numbered(other) for pair in IMPOSSIBLE if level in pair for other in pair - {level})
    for level in chain.from_iterable(IMPOSSIBLE)
    for one in (_numbered(level),)
}

# ---- cases -------------------------------------------------------------------------------------------------------


def case_of(row: Row, number: int) -> Case:
    """The case of a row; its number chooses among the members of each level."""
    chosen = {name: level[number // (factor + 1) % len(level)] for factor, (name, level) in enumerate(_named(row))}
    return _case(chosen, number)


def _named(row: Row) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The members of the levels of a row, by factor."""
    for name, levels, level in zip(FACTORS, _LEVELS, row, strict=True):
        yield name, FACTORS[name][levels[level]]


def _case(chosen: dict[str, Any], number: int) -> Case:
    (KH, KW), (dh, dw) = chosen["kernel"], chosen["dilation"]
    sh, sw = (KH, KW) if chosen["stride"] == "kernel" else chosen["stride"]
    top, left = _padding(chosen["padding"], dh * (KH - 1), dw * (KW - 1))
    groups, C, M = _grouped(chosen["groups"], chosen["channels"], chosen["filters"])
    return Case(
        N=chosen["batch"],
        C=C,
        H=max(1, (chosen["OH"] - 1) * sh + dh * (KH - 1) + 1 - 2 * top) + number % sh,
        W=max(1, (chosen["OW"] - 1) * sw + dw * (KW - 1) + 1 - 2 * left) + number // 2 % sw,
        M=M,
        KH=KH,
        KW=KW,
        stride=(sh, sw),
        padding=(top, left),
        dilation=(dh, dw),
        groups=groups,
        bias=chosen["bias"],
        dtype=chosen["dtype"],
        data=_data(chosen["dtype"], C // groups * KH * KW, number),
    )


def _data(dtype: str, products: int, number: int) -> Recipe:
    """Integers whose sums are exact. In a wide type most are so large that a type of fewer bits cannot hold them."""
    if number % 3 and dtype in ("float32", "float64"):
        return Recipe("odd", number)
    return Recipe("integers", number, whole(dtype, products))


def _padding(word: str, height: int, width: int) -> tuple[int, int]:
    """The padding for a kernel that reaches this far beyond its first tap."""
    top, left = height // 2, width // 2
    return {
        "none": (0, 0),
        "half": (top, left),
        "rows": (top, 0),
        "columns": (0, left),
        "more": (top + 1, left + 1),
        "less": (top // 2, left // 2),
    }[word]


def _grouped(groups: int | str, inputs: int, outputs: int) -> tuple[int, int, int]:
    """The groups, the channels and the filters of a case."""
    if isinstance(groups, int):
        return groups, groups * inputs, groups * outputs
    count = max(2, inputs)
    return count, count, count * (1 if groups == "depthwise" else max(2, outputs))


# ---- the array ---------------------------------------------------------------------------------------------------

CHEAP, AFFORDABLE = 300_000, 4_000_000
"""The most that a row may cost in multiply-adds, its elements included: the first CHEAP_ROWS, and the others."""

CHEAP_ROWS = 400


@cache
def rows() -> tuple[Row, ...]:
    """The covering array: first rows with every cheap pair, and as many triples as they hold, then every triple."""
    lines = resources.files(__package__).joinpath("combinations.txt").read_text("ascii").split()
    return tuple(tuple(map(int, line)) for line in lines)


def combined_cases(count: int) -> Iterator[Case]:
    """The cases of the first `count` rows, or of all rows if there are fewer."""
    return (case_of(row, number) for number, row in enumerate(rows()[:count]))


def make_rows() -> Iterator[Row]:
    """The rows of the file, found by a search that takes some seconds."""
    first: list[Row] = []
    cheap, all_but_dear = affordable(CHEAP), affordable(AFFORDABLE)
    for row in covering_rows(COUNTS, cheap, _pairs_and_triples(cheap)):
        first.append(row)
        yield row
        if len(first) == CHEAP_ROWS:
            break
    yield from covering_rows(COUNTS, all_but_dear, _pairs_and_triples(all_but_dear), first)


def _pairs_and_triples(is_wanted: Callable[[Chosen], bool]) -> Iterator[LevelTuple]:
    return chain(possible_tuples(COUNTS, 2, is_wanted), possible_tuples(COUNTS, 3, is_wanted))


def affordable(limit: int) -> Callable[[Chosen], bool]:
    """A predicate: some case with the chosen levels costs no more than the limit."""

    def is_affordable(chosen: Chosen) -> bool:
        row = simplest_row(chosen)
        return row is not None and _cost(row) <= limit

    return is_affordable


def is_possible(chosen: Chosen) -> bool:
    """Whether no two of these levels exclude each other."""
    return all(not _excluded(factor, level, chosen) for factor, level in chosen.items())


def simplest_row(chosen: Chosen) -> Row | None:
    """The row that gives every other factor its first compatible level; None where two chosen levels conflict."""
    if not is_possible(chosen):
        return None
    complete = dict(chosen)
    for factor, count in enumerate(COUNTS):
        if factor not in complete:
            complete[factor] = next(level for level in range(count) if not _excluded(factor, level, complete))
    return tuple(complete[factor] for factor in range(len(COUNTS)))


def _excluded(factor: int, level: int, others: Chosen) -> bool:
    excluded = _EXCLUDED.get((factor, level))
    return excluded is not None and not excluded.isdisjoint(others.items())


@cache
def _cost(row: Row) -> int:
    """The cost with the largest member of every level."""
    case = _case({name: max(members, key=_size) for name, members in _named(row)}, 0)
    elements = sum(prod(shape) for shape in (case.input_shape, case.weight_shape, case.output_shape))
    return prod(case.output_shape) * prod(case.weight_shape[1:]) + COST_OF_ELEMENT * elements


def _size(member: Any) -> int:
    return prod(member) if isinstance(member, tuple) else member if isinstance(member, int) else 0
