"""Several arrays joined to one row of elements, so that they are compared, counted and graded like one array."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.law.allowed import Allowed, Exceptions

ARRAYS_OF_A_LAW = ("high", "low", "bound", "fixed", "evident")
MASKS = tuple(field.name for field in fields(Exceptions))

ShapesByName = Mapping[str, tuple[int, ...] | None]
"""The shapes of arrays by name; None for an array that is absent."""


def row_of(arrays: Sequence[Array | None]) -> Array:
    """All elements, one array after the other."""
    return np.concatenate([array.ravel() for array in arrays if array is not None])


def row_of_laws(laws: Sequence[Allowed], neighbours: int) -> Allowed:
    """The law for such a row."""
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


def parts_of_law(law: Allowed, shapes: ShapesByName) -> dict[str, Allowed]:
    """The law for each array, split from the law for the row."""
    present = {name: shape for name, shape in shapes.items() if shape is not None}
    ends = np.cumsum([np.prod(shape, dtype=int) for shape in present.values()])

    def part(number: int, shape: tuple[int, ...]) -> Allowed:
        return rearranged(law, lambda row: np.split(row.ravel(), ends)[number].reshape(shape))

    return {name: part(number, shape) for number, (name, shape) in enumerate(present.items())}


def places(shapes: ShapesByName) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The array and the index of every element of the row."""
    for name, shape in shapes.items():
        if shape is not None:
            yield from ((name, index) for index in np.ndindex(shape))


def element(place: int, shapes: ShapesByName) -> str:
    """The name of an element of the row: grad_weight[0,1,2,0]."""
    for name, shape in shapes.items():
        size = 0 if shape is None else int(np.prod(shape))
        if shape is not None and place < size:
            return f"{name}[{','.join(map(str, np.unravel_index(place, shape)))}]"
        place -= size
    raise IndexError(f"there are not so many elements in {shapes}")
