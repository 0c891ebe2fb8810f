"""The allowed answers at single elements of a large answer, in any class that adds up products.

The factors of an element (`windows`) are a convolution by themselves, in a group of their own. The law of an element
depends on its own factors alone, so that it is the same in the large call. The classes of transforms mix neighbours and
have no such law.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array, Floats, dtype_of
from conv2d_conformance.full_size.call import LargeCall
from conv2d_conformance.full_size.wrong_element import PARTS
from conv2d_conformance.gradients.adjoints import Adjoint
from conv2d_conformance.gradients.folding import Fold
from conv2d_conformance.gradients.law import law_of_adjoint
from conv2d_conformance.law.allowed import Allowed
from conv2d_conformance.law.bound import Operands
from conv2d_conformance.law.classes import AccuracyClass
from conv2d_conformance.law.evaluate import law_of

PRODUCTS = 1 << 21
"""The products whose law is computed together."""

PLACEMENT: dict[str, Any] = {
    "stride": (1, 1),
    "dilation": (1, 1),
    "pads": ((0, 0), (0, 0)),
    "padding_mode": "zeros",
}


def laws_at(
    call: LargeCall, name: str, places: Sequence[tuple[int, ...]], accuracy: AccuracyClass, *, flushed: bool
) -> Iterator[tuple[Sequence[tuple[int, ...]], Allowed]]:
    """The laws of some elements of the answer `name`, a few at a time: of shape (1, S, 1, 1)."""
    gathered: list[tuple[Floats, Floats]] = []
    first = held = 0
    for number, index in enumerate(places, start=1):
        gathered.append(PARTS[name].gather(call, index))
        held += gathered[-1][0].size
        if held >= PRODUCTS or number == len(places):
            some = places[first:number]
            yield some, _law(call, name, some, gathered, accuracy, flushed=flushed)
            gathered, first, held = [], number, 0


def _law(
    call: LargeCall,
    name: str,
    places: Sequence[tuple[int, ...]],
    gathered: Sequence[tuple[Floats, Floats]],
    accuracy: AccuracyClass,
    *,
    flushed: bool,
) -> Allowed:
    count, longest = len(places), max(1, *(left.size for left, _ in gathered))
    left, right = np.zeros((count, longest)), np.zeros((count, longest))  # a product of zeros is no leaf
    for number, (one, other) in enumerate(gathered):
        left[number, : one.size], right[number, : one.size] = one, other
    x, w = left.reshape(1, -1, 1, 1), right.reshape(count, -1, 1, 1)
    placement = {**PLACEMENT, "groups": count}
    if name == "output":
        bias = None if call.bias is None else call.bias[[index[1] for index in places]]
        dtype = dtype_of(accuracy.output.name)
        return law_of(x.astype(dtype), w.astype(dtype), bias, placement, accuracy, flushed=flushed)
    multiplies = name != "grad_bias"
    parts = _parts(call, name, places)
    operands = Operands(x, w, np.zeros((1, 1, 1)), placement)
    return law_of_adjoint(Adjoint(operands, _as_it_is, parts, multiplies), accuracy, flushed=flushed)


def _parts(call: LargeCall, name: str, places: Sequence[tuple[int, ...]]) -> Array | int:
    """The partial sums of each element that may be rounded one by one, as `gradients.adjoints` counts them."""
    if name != "grad_input":
        return len(call.input)
    counts = Fold.of(call.g).counts
    return np.array([counts[h, w] * call.g.KH * call.g.KW for _, _, h, w in places]).reshape(1, -1, 1, 1)


def _as_it_is(values: Array) -> Array:
    return values
