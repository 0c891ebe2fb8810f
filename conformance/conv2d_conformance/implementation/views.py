"""The memory layouts in which an array can be passed, by the names of the features `views.*`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from conv2d_conformance.contract.arrays import Array


class Lie(NamedTuple):
    """The layout of an array, counted in elements: the room that it needs, its first element, and its strides."""

    room: int
    start: int
    strides: tuple[int, ...]


def lie_of(array: Array, view: str | None) -> Lie:
    """The layout that turns a dense array into the view of this name. ValueError for an unknown name."""
    if view not in VIEWS:
        raise ValueError(f"the view {view!r} is not one that this version builds")
    return VIEWS[view](array)


def _lie(parent: Array, view: Array) -> Lie:
    # Both are arrays of bytes, so one byte counts as one element.
    start = view.__array_interface__["data"][0] - parent.__array_interface__["data"][0]
    return Lie(parent.size, start, view.strides)


def _parent(shape: Sequence[int]) -> Array:
    return np.empty(shape, np.uint8)


def _section(parent: Array, slices: Sequence[slice]) -> Array:
    index: Any = (..., *slices)  # with the ellipsis, an array without axes stays an array
    section: Array = parent[index]
    return section


def _in_order(axes: Callable[[int], Sequence[int]]) -> Callable[[Array], Lie]:
    """A layout with the axes in another order, the last one innermost."""

    def lie(array: Array) -> Lie:
        order = axes(array.ndim)
        parent = _parent([array.shape[axis] for axis in order])
        return _lie(parent, parent.transpose([order.index(axis) for axis in range(array.ndim)]))

    return lie


def _as_it_is(array: Array) -> Lie:
    parent = _parent(array.shape)
    return Lie(parent.size, 0, parent.strides)


def _last_two_swapped(axes: int) -> Sequence[int]:
    return [*range(axes - 2), axes - 1, axes - 2] if axes > 1 else range(axes)


def _channels_innermost(axes: int) -> Sequence[int]:
    return [*range(axes - 3), axes - 2, axes - 1, axes - 3] if axes > 2 else range(axes)


def _reversed(axes: int) -> Sequence[int]:
    return range(axes)[::-1]


def _offset(array: Array) -> Lie:
    """A section of an array that is larger by one at the start of every axis and by two at the end of it."""
    parent = _parent([size + 3 for size in array.shape])
    return _lie(parent, _section(parent, [slice(1, 1 + size) for size in array.shape]))


def _backwards(array: Array) -> Lie:
    parent = _parent(array.shape)
    return _lie(parent, _section(parent, [slice(None, None, -1)] * array.ndim))


def _steps(array: Array) -> Lie:
    """Every second element along every axis of an array that is twice as long."""
    parent = _parent([2 * size for size in array.shape])
    return _lie(parent, _section(parent, [slice(None, None, 2)] * array.ndim))


def _broadcast(array: Array) -> Lie:
    """The first axis along which the elements repeat, as they do in such a case, has a stride of 0."""
    axis = repeated_axis(array)
    parent = _parent([1 if i == axis else size for i, size in enumerate(array.shape)])
    return _lie(parent, np.broadcast_to(parent, array.shape))


def repeated_axis(array: Array) -> int | None:
    """The first axis longer than 1 along which an array repeats itself, bit by bit."""
    bits = np.ascontiguousarray(array).reshape(*array.shape, 1).view(np.uint8)
    for axis, size in enumerate(array.shape):
        if size > 1 and bool((bits == bits.take([0], axis)).all()):
            return axis
    return None


VIEWS: dict[str | None, Callable[[Array], Lie]] = {
    None: _as_it_is,
    "transposed": _in_order(_last_two_swapped),
    "channels-last": _in_order(_channels_innermost),
    "offset": _offset,
    "broadcast": _broadcast,
    "fortran": _in_order(_reversed),
    "read-only": _as_it_is,
    "negative": _backwards,
    "steps": _steps,
}
