"""Float32 products from those of shorter formats, as matrix engines without float32 compute them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.formats import FORMATS
from conv2d_conformance.contract.formats import TF32 as TF32_NUMBERS
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.formats import Change, rounded_to
from conv2d_conformance.emulation.orders import sequential
from conv2d_conformance.emulation.terms import Order, Terms, lower, summed, with_bias

Pairs = Iterable[tuple[int, int]]

BFLOAT16 = rounded_to(FORMATS["bfloat16"])
BFLOAT16_CUT = rounded_to(FORMATS["bfloat16"], np.trunc)
TF32 = rounded_to(TF32_NUMBERS)
TF32_CUT = rounded_to(TF32_NUMBERS, np.trunc)
"""What makes a piece of a number."""

NINE = ((3, 3), (2, 3), (3, 2), (2, 2), (1, 3), (3, 1), (1, 2), (2, 1), (1, 1))
SIX = NINE[3:]
THREE = NINE[6:]
"""Which pieces are multiplied, the smallest products first."""


def split(array: Array, change: Change, count: int) -> list[Array]:
    """That many pieces: what the format keeps of a number, of what is left, and so on."""
    rest, pieces = array.astype(np.float32), []
    for _ in range(count):
        pieces.append(change(rest))
        with np.errstate(invalid="ignore"):
            rest = np.where(np.isfinite(pieces[-1]), rest - pieces[-1], np.float32(0))
    return pieces


def one_after_the_other(call: Call, change: Change, pairs: Pairs, order: Order = sequential) -> Array:
    """As many convolutions as there are pairs of pieces, added up one after the other."""
    return _summed(call, change, pairs, lambda terms: _added(order(part) for part in terms))


def tap_by_tap(call: Call, change: Change, pairs: Pairs, order: Order = sequential) -> Array:
    """All products of a tap before those of the next, in one sum."""
    return _summed(call, change, pairs, lambda terms: order(_interleaved(terms)))


def _summed(call: Call, change: Change, pairs: Pairs, add_up: Callable[[list[Terms]], Array]) -> Array:
    if call.input.dtype != np.float32:
        return summed(call, sequential)
    chosen = tuple(pairs)
    count = max(max(pair) for pair in chosen)
    x, w = (split(array, change, count) for array in lower(call))
    with np.errstate(all="ignore"):
        total = add_up([Terms(x[i - 1], w[j - 1]) for i, j in chosen]).astype(np.float32)
    return with_bias(call, total)


def _added(sums: Iterable[Array]) -> Array:
    first, *others = sums
    total: Any = first
    for other in others:
        total = total + other
    return np.asarray(total)


def _interleaved(terms: list[Terms]) -> Terms:
    x = np.stack([part.x for part in terms], axis=3)
    w = np.stack([part.w for part in terms], axis=3)
    count = len(terms) * len(terms[0])
    return Terms(x.reshape(*x.shape[:2], count, x.shape[-1]), w.reshape(*w.shape[:2], count))
