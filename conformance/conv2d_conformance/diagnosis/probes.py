"""Cases around a failing one: the same except for one size or argument; and a mixture of everything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.random import Philox

from conv2d_conformance.cases.case import Case, Elements, Recipe
from conv2d_conformance.cases.geometry import is_legal
from conv2d_conformance.cases.resized import resized
from conv2d_conformance.cases.strategies import beyond, sample
from conv2d_conformance.contract.capabilities import PADDING_MODES, Capabilities
from conv2d_conformance.contract.formats import DTYPES

FEW = (1, 2, 3, 4, 5, 8, 9, 16, 17, 32, 33, 64, 65)
MANY = (
    6,
    7,
    10,
    11,
    12,
    13,
    15,
    18,
    19,
    20,
    21,
    23,
    24,
    25,
    26,
    27,
    28,
    30,
    31,
    34,
    35,
    36,
    40,
    47,
    48,
    49,
    50,
    56,
    63,
)
TILES = (4, 8, 16, 32)
BEYOND = (66, 80, 96, 97, 100, 112, 127, 128, 129, 130, 160, 192, 224, 255, 256, 257, 320, 384, 511, 512, 513)

RECIPES = (
    *(Recipe("integers", seed) for seed in (0, 1)),
    Recipe("integers", 0, 100),
    *(Recipe(name, seed) for name in ("uniform", "normal", "sparse") for seed in (0, 1)),
    *(Recipe(name, 0) for name in ("scaled", "subnormal", "near-overflow")),
)

NON_FINITE = (float("nan"), float("inf"), -float("inf"))

TOGETHER = (
    ("N",),
    ("C", "M", "groups"),
    ("H", "W"),
    ("KH", "KW"),
    ("stride",),
    ("padding", "padding_mode"),
    ("dilation",),
    ("bias",),
    ("omit",),
    ("view",),
    ("dtype",),
)
"""Groups of fields that a crossed case takes together from one parent."""


def with_recipes(case: Case) -> Iterator[Case]:
    """The geometry of a case with other data, dense integers first: they show most faults, and show them exactly.

    Elements that are not finite stay, since the case is about them.
    """
    odd = odd_elements(case)
    for recipe in RECIPES:
        magnitude = recipe.magnitude if case.dtype in ("float32", "float64") else None
        recipe = replace(recipe, magnitude=magnitude)
        yield replace(case, data=Elements(odd, recipe) if odd else recipe)


def odd_elements(case: Case) -> tuple[tuple[str, tuple[int, ...], float], ...]:
    """The named elements that are not finite."""
    if isinstance(case.data, Recipe):
        return ()
    return tuple(entry for entry in case.data.entries if not np.isfinite(entry[2]))


def other_odd_elements(base: Case) -> Iterator[Case]:
    """The case with other non-finite values in every array, and with none."""
    odd, recipe = odd_elements(base), base.recipe
    if not odd or recipe is None:
        return
    yield replace(base, data=recipe)
    for letter, shape in (("x", base.input_shape), ("w", base.weight_shape), ("b", (base.M,))):
        place = next((index for name, index, _ in odd if name == letter), tuple(0 for _ in shape))
        if letter != "b" or base.bias:
            for value in NON_FINITE:
                yield replace(base, data=Elements(((letter, place, value),), recipe))


def near(base: Case) -> Iterator[Case]:
    """Legal cases that differ from the base in one size or argument."""
    yield from other_odd_elements(base)
    yield from _legal(base, _axes_changed(base))
    yield from _legal(base, _one_size(base, FEW))
    yield from _legal(base, _one_argument(base))


def _axes_changed(base: Case) -> Iterator[dict[str, Any]]:
    """Height and width swapped, or made equal: what holds for one axis may hold for both."""
    names = [name for name in ("stride", "padding", "dilation") if not isinstance(getattr(base, name), str)]
    pairs = {name: _pair(getattr(base, name)) for name in names}
    for h, w in ((1, 0), (0, 0), (1, 1)):
        sides = {"H": (base.H, base.W)[h], "W": (base.H, base.W)[w]}
        kernel = {"KH": (base.KH, base.KW)[h], "KW": (base.KH, base.KW)[w]}
        yield sides | kernel | {name: (pair[h], pair[w]) for name, pair in pairs.items()}


def pool(base: Case) -> list[Case]:
    """More such cases, also with two changes, to choose from where rules disagree."""
    one = list(_one_size(base, (*FEW, *MANY, *BEYOND), range(1, 14)))
    few = list(_one_size(base, (1, 2, 3, 5, 8, 17, 33)))
    pairs = [a | b for i, a in enumerate(few) for b in few[:i] if not a.keys() & b.keys()]
    arguments = list(_one_argument(base))
    kinds = [fields for fields in few if fields.keys() & {"KH", "KW", "N", "groups"}]
    mixed = [_together(a, b) for i, a in enumerate(arguments) for b in (*arguments[:i:2], *kinds)]
    return list(_legal(base, (*one, *pairs, *(fields for fields in mixed if fields is not None))))


def apart(base: Case, count: int) -> list[Case]:
    """Legal cases in which some sizes change, each by itself, so that sizes that the base ties together part.

    One size of a product grows as another shrinks, and C, M and the groups go separate ways: which of them a limit is
    about shows in no case where only one of them is changed.
    """
    words = Philox(key=np.array([count, 2], np.uint64)).random_raw(count).tolist()
    return list(_legal(base, (_several_sizes(base, word) for word in words)))


def _several_sizes(base: Case, word: int) -> dict[str, int]:
    """Sizes of a case, of which a quarter to all are changed as the bits of a word say."""
    OH, OW = base.output_shape[-2:]
    N = 1 if base.N is None else base.N
    sizes = [N, base.C // base.groups, base.M // base.groups, base.groups, OH, OW, base.KH, base.KW]
    rare, word = word & 3, word >> 2
    for i, size in enumerate(sizes):
        change, word = word & 63, word >> 6
        if change % 4 <= rare:
            sizes[i] = _changed(size, change >> 2)
    N, inputs, outputs, groups, rows, columns, KH, KW = sizes
    if word & 1:  # as many channels as before, in other groups
        inputs, outputs = (max(1, channels // groups) for channels in (base.C, base.M))
    strides, dilations = _pair(base.stride), _pair(base.dilation)
    return {
        **({"N": N} if base.N is not None else {}),
        "C": inputs * groups,
        "M": outputs * groups,
        "groups": groups,
        "KH": KH,
        "KW": KW,
        "H": max(1, base.H + (rows - OH) * strides[0] + (KH - base.KH) * dilations[0]),
        "W": max(1, base.W + (columns - OW) * strides[1] + (KW - base.KW) * dilations[1]),
    }


def _changed(size: int, way: int) -> int:
    """A size changed in one of 16 ways: to a small one, a multiple, a part, or one near it."""
    ways = (
        *(1, 2, 3, 4, 8, 33),
        *(2 * size, 4 * size, 8 * size, 16 * size),
        *(size // 2, size // 4, size // 8, size // 16),
        *(size + 1, size + 4),
    )
    return max(1, ways[way])


def _together(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any] | None:
    """Both changes, with the larger of their inputs; None where they contradict each other."""
    shared = a.keys() & b.keys()
    return None if shared - {"H", "W"} else a | b | {side: max(a[side], b[side]) for side in shared}


def mixture(base: Case, claims: Capabilities, count: int) -> list[Case]:
    """Cases of all sorts within the claims, with data of the same kind as the base's."""
    if base.recipe is None:
        return []
    cases = sample(count, 1, keep=beyond(claims.features), dtype=base.dtype)
    return [case for i, drawn in enumerate(cases) if (case := _with_data_of(base, drawn, i)) is not None]


def crossed(base: Case, claims: Capabilities, count: int, seed: int) -> list[Case]:
    """Legal cases, each with about half of its fields from the base and the rest from a drawn case.

    In them one clause of a rule holds and another does not, whatever the clauses are.
    """
    if base.recipe is None:
        return []
    words = Philox(key=np.array([seed, 1], np.uint64)).random_raw(4 * count)
    found = []
    drawn = sample(4 * count, 1000 + seed, keep=beyond(claims.features), dtype=base.dtype)
    dtypes = sorted(claims.dtypes)
    for i, (case, word) in enumerate(zip(drawn, words.tolist(), strict=True)):
        other = replace(case, dtype=dtypes[word % len(dtypes)])
        taken = [name for bit, names in enumerate(TOGETHER) if word >> (8 + bit) & 1 for name in names]
        fields = {name: getattr(base, name) for name in taken}
        if word >> 32 & 3 == 0:  # larger than those drawn elsewhere
            fields["padding"] = (word >> 34 & 3, word >> 36 & 3)
        mixed = resized(other, {"omit": ()} | fields)
        mixed = None if mixed is None else _with_data_of(base, mixed, i)
        if mixed is not None and is_legal(mixed):
            found.append(mixed)
        if len(found) == count:
            break
    return found


def _with_data_of(base: Case, case: Case, seed: int) -> Case | None:
    """A case with data of the same kind as the base's."""
    recipe = base.recipe
    assert recipe is not None
    recipe = replace(recipe, seed=seed, magnitude=recipe.magnitude if case.dtype == base.dtype else None)
    odd = odd_elements(base)
    if not odd:
        return replace(case, data=recipe)
    fields = {name: getattr(case, name) for names in TOGETHER for name in names}
    return resized(replace(base, data=Elements(odd, recipe)), fields)


def _legal(base: Case, changes: Iterable[dict[str, Any]]) -> Iterator[Case]:
    seen = {base}
    for fields in changes:
        case = resized(base, fields)
        if case is not None and case not in seen and is_legal(case):
            seen.add(case)
            yield case


def _one_size(
    base: Case, sizes: Iterable[int], kernels: Iterable[int] = (1, 2, 3, 4, 5, 7, 9, 11)
) -> Iterator[dict[str, Any]]:
    """One of N, C, M, OH, OW, KH, KW at a time; the input grows with the kernel."""
    sizes = tuple(sizes)
    inputs, outputs = base.C // base.groups, base.M // base.groups
    OH, OW = base.output_shape[-2:]
    strides, dilations = _pair(base.stride), _pair(base.dilation)
    for size in _around(OW, sizes):
        yield {"W": base.W + (size - OW) * strides[1]} if base.W + (size - OW) * strides[1] > 0 else {}
    for size in _around(OH, sizes):
        yield {"H": base.H + (size - OH) * strides[0]} if base.H + (size - OH) * strides[0] > 0 else {}
    yield from ({"M": size * base.groups} for size in _around(outputs, sizes))
    yield from ({"C": size * base.groups} for size in _around(inputs, sizes))
    for size in kernels:
        yield {"KW": size, "W": max(base.W + (size - base.KW) * dilations[1], 1)}
        yield {"KH": size, "H": max(base.H + (size - base.KH) * dilations[0], 1)}
    yield from ({"N": size} for size in _around(1 if base.N is None else base.N, (1, 2, 3, 4, 5, 8)))
    for groups in _around(base.groups, (1, 2, 3, 4, 5, 8)):
        yield {"groups": groups, "C": inputs * groups, "M": outputs * groups}
        if base.groups > 1:
            yield {"groups": groups} if base.C % groups == base.M % groups == 0 else {}


def _around(value: int, sizes: Iterable[int]) -> list[int]:
    """The sizes, the value's neighbours, and sizes of the same remainder over usual tiles, to tell it from a limit."""
    steps = (-1, 1, 2, *TILES)
    return sorted({*sizes, *(value + step for step in steps if value + step > 0)})


def _one_argument(base: Case) -> Iterator[dict[str, Any]]:
    """One argument changed at a time. The input grows where the windows need more room."""
    yield {"bias": not base.bias}
    yield {"N": None}
    for name, least, values in (
        ("stride", 1, (1, 2, 3, 4)),
        ("dilation", 1, (1, 2, 3)),
        ("padding", 0, (0, 1, 2, 3)),
    ):
        now = getattr(base, name)
        pair = (0, 0) if isinstance(now, str) else _pair(now)
        for value in values:
            for changed in ((value, pair[1]), (pair[0], value), (value, value), (value, least), (least, value)):
                yield {name: changed} | _room(base, **{name: changed})
            yield {name: value} | _room(base, **{name: (value, value)})
    yield from ({"padding": word} for word in ("same", "valid"))
    yield from ({"padding_mode": mode, "padding": (1, 1)} for mode in PADDING_MODES)
    for name, default in (("stride", (1, 1)), ("padding", (0, 0)), ("dilation", (1, 1)), ("groups", 1)):
        if getattr(base, name) == default:
            yield {"omit": (name,)}
    yield from ({"dtype": dtype} for dtype in DTYPES)
    yield {"view": None}


def _room(base: Case, **changed: tuple[int, int]) -> dict[str, int]:
    """A larger input where a stride or a dilation would otherwise leave no output, or a single one."""
    stride, dilation = changed.get("stride", _pair(base.stride)), changed.get("dilation", _pair(base.dilation))
    sides = {}
    for i, (axis, kernel) in enumerate((("H", base.KH), ("W", base.KW))):
        needed = dilation[i] * (kernel - 1) + 1 + (stride[i] if stride[i] > 1 else 0)
        sides[axis] = max(getattr(base, axis), needed)
    return sides


def _pair(value: Any) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)
