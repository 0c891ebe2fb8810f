"""Recipes for arrays of any size: every tile of an array is made by itself, so that it takes no other memory.

`exact` and `bell` make an element of 8 or 32 bits of Philox, with few operations: an array of a billion elements takes
seconds. `cancelling` is the recipe of that name. The elements are the same bytes as those of the whole array.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.few_integers import FewIntegers, few_integers
from conv2d_conformance.cases.integer_parts import integers_part, one_tap_part
from conv2d_conformance.cases.philox import size_of, words
from conv2d_conformance.cases.roundings import cancelling_part
from conv2d_conformance.contract.array_file import Outlines
from conv2d_conformance.contract.arrays import Array, Floats, Shape, dtype_of
from conv2d_conformance.contract.formats import FORMATS

Numbers = npt.NDArray[Any]
MadeInParts = Callable[[Case, str, Shape, int, slice], Numbers]

TILE = 1 << 17
"""Elements made at a time; a multiple of every number of elements that four words of Philox make."""


def exact(case: Case, array: str, shape: Shape, bits: int, part: slice) -> Numbers:
    """Integers whose sums are exact in the dtype, whatever the depth: where it is too great, most weights are zero.

    The magnitudes are at most 7, or 3 in 16-bit types (`few_integers`).
    """
    chosen = few_integers(case, bits)
    drawn = words(case, array, -(-(part.stop - part.start) // 8), first=part.start // 8)
    values = drawn.astype("<u8", copy=False).view(np.uint8)[: part.stop - part.start].astype(np.int16)
    values *= 2 * chosen.magnitude
    values >>= 8  # 0 .. 2 * magnitude - 1
    values -= chosen.magnitude
    values += values >= 0
    _thin_out(values, case, array, shape, chosen, part)
    return values


def _thin_out(
    values: npt.NDArray[np.int16], case: Case, array: str, shape: Shape, chosen: FewIntegers, part: slice
) -> None:
    """Set to zero what would make a sum too large. An array of other axes belongs to a call that is illegal."""
    rule = chosen.rules.get(array)
    if rule is None or len(shape) < 3:
        return
    owner, number = rule.numbering(np.arange(part.start, part.stop), shape)
    shift = (words(case, "shared", rule.owners) % np.uint64(rule.step)).astype(np.int64)
    values[(number + shift[owner % rule.owners]) % rule.step != 0] = 0


def bell(case: Case, array: str, shape: Shape, bits: int, part: slice) -> Numbers:  # noqa: ARG001  # as MadeInParts has it
    """Bell-shaped with a deviation of about 1.15, at most 4: a sum of four bytes, with all bits of the significand."""
    count = part.stop - part.start
    if bits > 24:
        wide = words(case, array, count, first=part.start)
        return ((_sum_of_bytes((wide >> 32).astype(np.uint32)).astype(np.int64) - 510 << 42) + (wide & _LOW)) * 2.0**-49
    drawn = words(case, array, -(-count // 2), first=part.start // 2)
    narrow = drawn.astype("<u8", copy=False).view(np.uint32)[:count]
    sums = _sum_of_bytes(narrow).astype(np.int32)
    sums -= 510
    if bits == 24:
        sums <<= 14
        sums += (narrow & 0x3FFF).astype(np.int32)
        return sums.astype(np.float32) * np.float32(2.0**-21)
    finer = bits - 10
    sums = (sums << finer) + (narrow & ((1 << finer) - 1)).astype(np.int32) if finer > 0 else sums >> -finer
    return sums.astype(np.float32) * np.float32(2.0 ** -(7 + finer))


_LOW = np.uint64((1 << 42) - 1)


def _sum_of_bytes(numbers: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    pairs = numbers & 0x00FF00FF
    pairs += (numbers >> 8) & 0x00FF00FF
    return (pairs & 0xFFFF) + (pairs >> 16)


STREAMED: dict[str, MadeInParts] = {"exact": exact, "bell": bell, "cancelling": cancelling_part}

_MADE_IN_PARTS = {**STREAMED, "integers": integers_part, "one-tap": one_tap_part}
"""In the classes of transforms, also these are asked at full size."""


def whole(part: MadeInParts) -> Callable[[Case, str, Shape, int], Floats]:
    """The recipe that makes the whole array."""

    def recipe(case: Case, array: str, shape: Shape, bits: int) -> Floats:
        return part(case, array, shape, bits, slice(0, size_of(shape))).astype(np.float64)

    recipe.__doc__ = part.__doc__
    return recipe


RECIPES = {"exact": whole(exact), "bell": whole(bell)}
"""Those that are made nowhere else, for whole arrays."""


def fill(case: Case, array: str, out: Array, part: slice) -> None:
    """Write a part of an array of the case, flat, into its place. A part begins at a multiple of `TILE`."""
    assert case.recipe is not None
    flat = out.reshape(-1)
    flat[part] = _MADE_IN_PARTS[case.recipe.name](case, array, out.shape, FORMATS[case.dtype].precision, part)


def outlines_of(case: Case) -> Outlines:
    """The outlines of the arrays of a case."""
    dtype = dtype_of(case.dtype)
    return {name: None if shape is None else (shape, dtype) for name, shape in case.shapes.items()}


def empty_arrays(case: Case) -> dict[str, Array | None]:
    """The arrays of a case before they are filled."""
    outlines = outlines_of(case).items()
    return {name: None if outline is None else np.empty(*outline) for name, outline in outlines}


def fill_all(case: Case, made: Mapping[str, Array | None]) -> None:
    """Fill the arrays of a case, which takes no other memory than their own."""
    with ThreadPoolExecutor(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None) as executor:
        futures = [
            executor.submit(fill, case, name, array, slice(first, min(first + TILE, array.size)))
            for name, array in made.items()
            if array is not None
            for first in range(0, array.size, TILE)
        ]
        for future in futures:
            future.result()
