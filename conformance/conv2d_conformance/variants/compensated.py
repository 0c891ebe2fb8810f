"""Compensated sums in lanes, in blocks and nested, all in class A."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.orders import in_lanes, kahan, sequential
from conv2d_conformance.emulation.terms import Order, Terms, summed
from conv2d_conformance.variants.orders import STRICT
from conv2d_conformance.variants.variant import variant


def _to_the_end(numbers: Iterable[Array]) -> Array:
    """Kahan's sum with another zero at the end, which adds the loss of the last addition."""
    first, *others = numbers
    return kahan([first, *others, np.zeros_like(first)])


def _neumaier(terms: Terms) -> Array:
    products = iter(terms)
    total = next(products)
    lost = np.zeros_like(total)
    for product in products:
        grown = total + product
        left = np.where(np.abs(total) >= np.abs(product), (total - grown) + product, (product - grown) + total)
        lost = lost + np.where(np.isfinite(left), left, np.zeros_like(left))
        total = grown
    return total + lost


def _blocks(size: int) -> Order:
    """Sum blocks separately, then add their sums by a compensated sum."""

    def order(terms: Terms) -> Array:
        starts = range(0, len(terms), size)
        return _to_the_end(sequential(terms.part(slice(low, low + size))) for low in starts)

    return order


@variant(grades=STRICT)
def compensated_by_neumaier(call: Call) -> Array:
    """Neumaier's summation: what the additions lose is added up apart."""
    return summed(call, _neumaier)


@variant(grades=STRICT)
def two_compensated_lanes(call: Call) -> Array:
    """Two accumulators, each with Kahan's summation, and their sum."""
    return summed(call, in_lanes(2, _to_the_end))


@variant(grades=STRICT)
def eight_compensated_lanes(call: Call) -> Array:
    """A vector register of eight accumulators with Kahan's summation, added up in a tree."""
    return summed(call, in_lanes(8, _to_the_end), bias="apart")


@variant(grades=STRICT)
def four_lanes_compensated_twice(call: Call) -> Array:
    """Four accumulators with Kahan's summation, added up by it too."""
    return summed(call, in_lanes(4, _to_the_end, _to_the_end), bias="first")


@variant(grades=STRICT)
def blocks_of_9_compensated(call: Call) -> Array:
    """Blocks of nine products, added up by Kahan's summation."""
    return summed(call, _blocks(9))


VARIANTS = (
    *(compensated_by_neumaier, two_compensated_lanes, eight_compensated_lanes, four_lanes_compensated_twice),
    *(blocks_of_9_compensated,),
)
