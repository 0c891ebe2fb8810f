"""The three gradients as one row of elements, so that they are compared, counted and graded like one array."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any, Literal

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.law.allowed import Allowed, Exceptions

NAMES = ("grad_input", "grad_weight", "grad_bias")

ARRAYS_OF_A_LAW = ("high", "low", "bound", "fixed", "evident")
MASKS = tuple(field.name for field in fields(Exceptions))

Shapes = tuple[tuple[int, ...], ...]
Aspect = Literal["dtype", "shape"]


def row_of(arrays: Sequence[Array | None]) -> Array:
    """All elements, one gradient after the other."""
    return np.concatenate([array.ravel() for array in arrays if array is not None])


def row_of_laws(laws: Sequence[Allowed], neighbours: int) -> Allowed:
    """What is allowed for such a row."""
    arrays: dict[str, Any] = {name: row_of([getattr(law, name) for law in laws]) for name in ARRAYS_OF_A_LAW}
    exceptions = None
    if any(law.exceptions is not None for law in laws):
        extras = [law.exceptions or _all_finite(law) for law in laws]
        exceptions = Exceptions(*(row_of([getattr(extra, name) for extra in extras]) for name in MASKS))
    return replace(laws[0], **arrays, neighbours=neighbours, exceptions=exceptions)


def _all_finite(law: Allowed) -> Exceptions:
    nowhere = np.zeros(law.high.shape, dtype=bool)
    return Exceptions(nowhere, nowhere, nowhere, ~nowhere)


def rearranged(law: Allowed, move: Callable[[Any], Any]) -> Allowed:
    """The law for an array whose elements have been moved."""
    arrays = {name: move(getattr(law, name)) for name in ARRAYS_OF_A_LAW}
    extra = law.exceptions
    exceptions = None if extra is None else Exceptions(*(move(getattr(extra, name)) for name in MASKS))
    return replace(law, **arrays, exceptions=exceptions)


def parts_of_law(law: Allowed, shapes: Shapes) -> dict[str, Allowed]:
    """What is allowed for each gradient by itself, taken from the row of all."""
    ends = np.cumsum([np.prod(shape, dtype=int) for shape in shapes])

    def part(number: int) -> Allowed:
        return rearranged(law, lambda row: np.split(row, ends)[number].reshape(shapes[number]))

    return {name: part(number) for number, name in enumerate(NAMES[: len(shapes)])}


def element(place: int, shapes: Shapes) -> str:
    """The name of an element of the row: grad_weight[0,1,2,0]."""
    for name, shape in zip(NAMES, shapes, strict=False):
        size = int(np.prod(shape))
        if place < size:
            return f"{name}[{','.join(map(str, np.unravel_index(place, shape)))}]"
        place -= size
    raise IndexError(f"there are not so many elements in {shapes}")


def fault_of(
    arrays: Sequence[Array | None], shapes: Shapes, dtype: np.dtype[np.generic]
) -> tuple[Aspect, str, str] | None:
    """What is wrong with the arrays before their values are looked at: the aspect, what was got, what is required."""
    for name, array, shape in zip(NAMES, arrays, (*shapes, None)[:3], strict=True):
        if shape is None:
            if array is not None:
                return "shape", f"{name} of shape {array.shape}", f"{name} None, since there is no bias"
            continue
        if array is None:
            return "shape", f"{name} None", f"{name} of shape {shape}"
        if array.dtype != dtype:
            order = ", in foreign byte order" if array.dtype == dtype.newbyteorder() else ""
            return "dtype", f"{name} of dtype {array.dtype.name}{order}", f"dtype {dtype.name}"
        if array.shape != shape:
            return "shape", f"{name} of shape {array.shape}", f"shape {shape}"
    return None
