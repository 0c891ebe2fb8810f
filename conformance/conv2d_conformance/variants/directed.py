"""Sums that round to either neighbour in various ways, all in class A-tc."""

from __future__ import annotations

from functools import partial, reduce

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.formats import DTYPES, FORMATS
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.float32_sums import in_float32
from conv2d_conformance.emulation.formats import Change, rounded_to
from conv2d_conformance.emulation.orders import aligned, in_lanes, kahan, rounding, sum_rounded_to_odd
from conv2d_conformance.emulation.terms import Order
from conv2d_conformance.variants.variant import variant

CLAIMED = dict.fromkeys(DTYPES, "A-tc")
FLOAT32 = FORMATS["float32"]


def _compensated(change: Change) -> Order:
    """Kahan's sum with a change applied to every operation. After an infinity the compensation is lost."""

    def add(a: Array, b: Array) -> Array:
        return change(sum_rounded_to_odd(a, b))

    return lambda terms: kahan(map(change, terms), add)


@variant(grades=CLAIMED, deterministic=False)
def by_chance(call: Call) -> Array:
    """Products and sums are rounded up or down by chance, as is done to train with few bits."""
    random = np.random.default_rng()
    change = rounded_to(FLOAT32, lambda array: np.floor(array + random.random(array.shape)))
    return in_float32(call, rounding(change))


@variant(grades=CLAIMED)
def compensated_and_cut(call: Call) -> Array:
    """Kahan's summation, every operation of which is cut."""
    return in_float32(call, _compensated(rounded_to(FLOAT32, np.trunc)))


@variant(grades=CLAIMED)
def compensated_lanes_upwards(call: Call) -> Array:
    """Four accumulators with Kahan's summation, every operation of which is rounded upwards, as are their sums."""
    change = rounded_to(FLOAT32, np.ceil)
    add_up = partial(reduce, lambda a, b: change(sum_rounded_to_odd(a, b)))
    return in_float32(call, in_lanes(4, _compensated(change), add_up))


@variant(grades=CLAIMED)
def engines_in_two_lanes(call: Call) -> Array:
    """Two matrix engines that align and cut eight products each; their sums are added as usual."""
    return in_float32(call, in_lanes(2, aligned(8)))


VARIANTS = (*(by_chance, compensated_and_cut, compensated_lanes_upwards, engines_in_two_lanes),)
