"""Sums that are rounded to either neighbour in ways of their own, all in class A-tc."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.mutants import emulated
from conv2d_conformance.mutants.call import Call
from conv2d_conformance.mutants.emulated import Change, Order, Terms, of_precision, sequential, summed
from conv2d_conformance.variants.variant import variant

CLAIMED = dict.fromkeys(DTYPES, "A-tc")


def _in_float32(call: Call, order: Order) -> Array:
    """By an order that makes float32 numbers of float64 ones; float64 itself is summed as usual."""
    if call.input.dtype == np.float64:
        return summed(call, sequential)
    return summed(call, order, accumulator=np.float64)


def _compensated(to_float32: Change) -> Callable[[Iterator[Array]], Array]:
    """Kahan's sum, in which every operation goes through a change. What follows an infinity is lost."""

    def add(a: Array, b: Array) -> Array:
        return to_float32(emulated.sum_rounded_to_odd(a, b))

    def add_up(products: Iterator[Array]) -> Array:
        total = to_float32(next(products))
        lost = np.zeros_like(total)
        for product in products:
            corrected = add(to_float32(product), -lost)
            grown = add(total, corrected)
            lost = add(add(grown, -total), -corrected)
            lost = np.where(np.isfinite(lost), lost, np.zeros_like(lost))
            total = grown
        return total

    return add_up


@variant(grades=CLAIMED, deterministic=False)
def by_chance(call: Call) -> Array:
    """Products and sums are rounded up or down by chance, as is done to train with few bits."""
    random = np.random.default_rng()
    change = of_precision(24, lambda array: np.floor(array + random.random(array.shape)))
    return _in_float32(call, emulated.rounding(change))


@variant(grades=CLAIMED)
def compensated_and_cut(call: Call) -> Array:
    """Kahan's summation, every operation of which is cut."""
    add_up = _compensated(of_precision(24, np.trunc))
    return _in_float32(call, lambda terms: add_up(iter(terms)))


@variant(grades=CLAIMED)
def compensated_lanes_upwards(call: Call) -> Array:
    """Four accumulators with Kahan's summation, every operation of which is rounded upwards, as are their sums."""
    change = of_precision(24, np.ceil)
    add_up = _compensated(change)

    def order(terms: Terms) -> Array:
        lanes = [add_up(iter(terms.part(slice(lane, None, 4)))) for lane in range(min(4, len(terms)))]
        total, *others = lanes
        for lane in others:
            total = change(emulated.sum_rounded_to_odd(total, lane))
        return total

    return _in_float32(call, order)


@variant(grades=CLAIMED)
def engines_in_two_lanes(call: Call) -> Array:
    """Two matrix engines that align and cut eight products each; their sums are added as usual."""
    engine = emulated.aligned(8)

    def order(terms: Terms) -> Array:
        lanes = [engine(terms.part(slice(lane, None, 2))) for lane in range(min(2, len(terms)))]
        return emulated.tree(lanes)

    return _in_float32(call, order)


VARIANTS = (*(by_chance, compensated_and_cut, compensated_lanes_upwards, engines_in_two_lanes),)
