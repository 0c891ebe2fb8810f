"""The same case in another dtype."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import cycle

from conv2d_conformance.cases.case import Case, Elements, Recipe
from conv2d_conformance.contract.formats import DTYPES

OTHERS = tuple(dtype for dtype in DTYPES if dtype != "float32")

LONG = 512
"""A sum of more products than this is long."""


def whole(dtype: str, products: int) -> int | None:
    """The magnitude of integers that keeps sums of hundreds or thousands of products exact; None for the usual one.

    Such sums stay well below the largest exact integer: their deviation is the root of the number of products, times
    the mean square of the integers.
    """
    if dtype == "bfloat16":
        return 1 if products > LONG else 2
    return (1 if products > LONG else 4) if dtype == "float16" else None


def in_dtype(case: Case, dtype: str) -> Case:
    """The case in that dtype, with integers whose sums are exact in it."""
    recipe = case.recipe
    if recipe is None or recipe.name != "integers" or recipe.magnitude is not None:
        return replace(case, dtype=dtype)
    recipe = Recipe("integers", recipe.seed, whole(dtype, case.C // case.groups * case.KH * case.KW))
    return replace(
        case, dtype=dtype, data=replace(case.data, base=recipe) if isinstance(case.data, Elements) else recipe
    )


def in_turn(cases: Iterable[Case]) -> Iterator[Case]:
    """The cases, each in the next dtype."""
    return (in_dtype(case, dtype) for case, dtype in zip(cases, cycle(DTYPES), strict=False))


def in_others(cases: Iterable[Case]) -> tuple[Case, ...]:
    """The cases in every dtype but float32."""
    found = tuple(cases)
    return tuple(in_dtype(case, dtype) for dtype in OTHERS for case in found)
