"""Which elements of a large answer are compared with the law where the data are no integers.

Faults of large sizes lie at ends, at multiples of tiles, and where an index needs one more bit. So the sample has the
corners, both sides of every power of two on each axis and in the flat index, and otherwise one place from each of as
many equal parts of the flat index as it has room for.
"""

from __future__ import annotations

import math
from itertools import product

import numpy as np


def sampled_places(shape: tuple[int, ...], count: int, generator: np.random.Generator) -> list[tuple[int, ...]]:
    """Different indices of an array, at most `count`, the important ones first; all of them where they are few."""
    size = math.prod(shape)
    if size <= count:
        return [*np.ndindex(shape)]
    corners = list(product(*({0: None, length - 1: None} for length in shape)))
    flat = [_unfolded(place, shape) for place in _around_powers(size)]
    edges = []
    for axis, length in enumerate(shape):
        for place in _around_powers(length):
            index = [int(generator.integers(other)) for other in shape]
            index[axis] = place
            edges.append(tuple(index))
    chosen = dict.fromkeys((*corners, *flat, *edges))
    strata = np.linspace(0, size, max(count - len(chosen), 1) + 1).astype(np.int64)
    rest = generator.integers(strata[:-1], strata[1:])
    chosen |= dict.fromkeys(_unfolded(int(place), shape) for place in rest)
    return [*chosen][:count]


def _around_powers(length: int) -> list[int]:
    """The ends, and both sides of every power of two, below a length."""
    places = {0, length - 1} | {2**bit - below for bit in range(1, length.bit_length()) for below in (0, 1)}
    return sorted(place for place in places if 0 <= place < length)


def _unfolded(place: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(index) for index in np.unravel_index(place, shape))
