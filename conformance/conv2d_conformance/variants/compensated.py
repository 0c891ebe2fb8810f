"""Compensated sums in lanes, in blocks and in one another, all in class A."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.mutants import emulated
from conv2d_conformance.mutants.call import Call
from conv2d_conformance.mutants.emulated import Order, Terms, summed
from conv2d_conformance.variants.orders import STRICT
from conv2d_conformance.variants.variant import variant


def kahan(numbers: Iterable[Array]) -> Array:
    """Kahan's sum, and what the last addition lost: another zero at the end."""
    first, *others = numbers
    total, lost = first, np.zeros_like(first)
    for number in (*others, np.zeros_like(first)):
        corrected = number - lost
        grown = total + corrected
        lost = (grown - total) - corrected
        lost = np.where(np.isfinite(lost), lost, np.zeros_like(lost))
        total = grown
    return total


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


def _lanes(count: int, add_up: Callable[[list[Array]], Array]) -> Order:
    """Every lane is compensated; `add_up` adds the lanes."""

    def order(terms: Terms) -> Array:
        lanes = range(min(count, len(terms)))
        return add_up([kahan(terms.part(slice(lane, None, count))) for lane in lanes])

    return order


def _blocks(size: int) -> Order:
    """Blocks are summed apart, and a compensated sum adds them up."""

    def order(terms: Terms) -> Array:
        starts = range(0, len(terms), size)
        return kahan(emulated.sequential(terms.part(slice(low, low + size))) for low in starts)

    return order


@variant(grades=STRICT)
def compensated_by_neumaier(call: Call) -> Array:
    """Neumaier's summation: what the additions lose is added up apart."""
    return summed(call, _neumaier)


@variant(grades=STRICT)
def two_compensated_lanes(call: Call) -> Array:
    """Two accumulators, each with Kahan's summation, and their sum."""
    return summed(call, _lanes(2, emulated.tree))


@variant(grades=STRICT)
def eight_compensated_lanes(call: Call) -> Array:
    """A vector register of eight accumulators with Kahan's summation, added up in a tree."""
    return summed(call, _lanes(8, emulated.tree), bias="apart")


@variant(grades=STRICT)
def four_lanes_compensated_twice(call: Call) -> Array:
    """Four accumulators with Kahan's summation, added up by it too."""
    return summed(call, _lanes(4, kahan), bias="first")


@variant(grades=STRICT)
def blocks_of_9_compensated(call: Call) -> Array:
    """Blocks of nine products, added up by Kahan's summation."""
    return summed(call, _blocks(9))


VARIANTS = (
    *(compensated_by_neumaier, two_compensated_lanes, eight_compensated_lanes, four_lanes_compensated_twice),
    *(blocks_of_9_compensated,),
)
