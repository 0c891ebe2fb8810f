"""Orders of summation: from the products of a call to their sums."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from functools import reduce
from itertools import chain, islice

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.formats import FORMATS, Format
from conv2d_conformance.emulation.formats import Change, as_it_is, rounded_to
from conv2d_conformance.emulation.terms import Order, Terms

Add = Callable[[Array, Array], Array]


# ---- one after the other -------------------------------------------------------------------------------------------


def sequential(terms: Terms) -> Array:
    """Add the products one after the other."""
    total: Array | None = None
    for block in terms.blocks():
        numbers = block if total is None else np.concatenate((total[None], block))
        total = np.add.accumulate(numbers)[-1]
    assert total is not None, "every output has a product"
    return total


def backwards(terms: Terms) -> Array:
    return sequential(terms.part(slice(None, None, -1)))


def rounding(change: Change) -> Order:
    """Add one after the other, with a change applied to every product and every sum."""

    def order(terms: Terms) -> Array:
        products = chain.from_iterable(change(block) for block in terms.blocks())
        return reduce(lambda total, product: change(total + product), products)

    return order


def fused(terms: Terms) -> Array:
    """Fused multiply-add in float32 (float64: two roundings): the product is exact, and the sum rounded once."""
    if terms.w.dtype == np.float64:
        return sequential(terms)
    exact = iter(Terms(terms.x.astype(np.float64), terms.w.astype(np.float64)))
    total = next(exact).astype(np.float32)
    for product in exact:
        total = sum_rounded_to_odd(product, total.astype(np.float64)).astype(np.float32)
    return total


def kahan(numbers: Iterable[Array], add: Add = operator.add) -> Array:
    """Kahan's sum: the loss of an addition goes into the next one, unless the sum is infinite."""
    left = iter(numbers)
    total = next(left)
    lost = np.zeros_like(total)
    for number in left:
        corrected = add(number, -lost)
        grown = add(total, corrected)
        lost = add(add(grown, -total), -corrected)
        lost = np.where(np.isfinite(lost), lost, np.zeros_like(lost))
        total = grown
    return total


# ---- in parts ------------------------------------------------------------------------------------------------------


def pairwise(terms: Terms) -> Array:
    products = iter(terms)

    def of_next(count: int) -> Array:
        return next(products) if count == 1 else of_next(count // 2) + of_next(count - count // 2)

    return of_next(len(terms))


def tree(parts: list[Array]) -> Array:
    while len(parts) > 1:
        parts = [a + b for a, b in zip(parts[::2], parts[1::2], strict=False)] + parts[len(parts) // 2 * 2 :]
    return parts[0]


def in_lanes(count: int, of_lane: Order, add_up: Callable[[list[Array]], Array] = tree) -> Order:
    """Let `count` accumulators take turns, as in a vector register, and add them up at the end."""

    def order(terms: Terms) -> Array:
        lanes = range(min(count, len(terms)))
        return add_up([of_lane(terms.part(slice(lane, None, count))) for lane in lanes])

    return order


def interleaved(lanes: int) -> Order:
    return in_lanes(lanes, sequential)


def blocked(size: int, change: Change = as_it_is) -> Order:
    """Sum blocks separately, then add their sums one after the other, with a change applied to each total."""

    def order(terms: Terms) -> Array:
        total = np.zeros_like(terms[0])
        for low in range(0, len(terms), size):
            total = change(total + sequential(terms.part(slice(low, low + size))))
        return total

    return order


def split(parts: int) -> Order:
    """Sum in `parts` blocks, one for each processor."""
    return lambda terms: blocked(-(-len(terms) // parts))(terms)


def shuffled(terms: Terms) -> Array:
    """Add in a random tree: two random sums at a time, until one is left."""
    random = np.random.default_rng(len(terms))
    sums = list(terms)
    while len(sums) > 1:
        i = int(random.integers(len(sums)))
        one = sums.pop(i)
        j = int(random.integers(len(sums)))
        sums[j] = sums[j] + one
    return sums[0]


def aligned(size: int, numbers: Format = FORMATS["float32"]) -> Order:
    """A matrix engine: in float64, it cuts `size` products and the sum so far to the last place of the largest."""
    cut = rounded_to(numbers, np.trunc)

    def order(terms: Terms) -> Array:
        total = np.zeros_like(terms[0])
        products = iter(terms)
        while some := list(islice(products, size)):
            block = np.stack([total, *some])
            _, exponent = np.frexp(np.abs(block).max(axis=0))
            quantum = np.maximum(exponent, numbers.min_exponent + 1) - numbers.precision
            whole = np.ldexp(np.trunc(np.ldexp(block, -quantum)).sum(axis=0), quantum)
            total = cut(np.where(np.isfinite(block).all(axis=0), whole, block.sum(axis=0)))
        return total

    return order


# ---- one addition --------------------------------------------------------------------------------------------------


def sum_and_error(a: Array, b: Array) -> tuple[Array, Array]:
    """Knuth's sum of two numbers, and its error."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def sum_rounded_to_odd(a: Array, b: Array) -> Array:
    """A float64 sum that can safely be rounded again: an inexact one ends in a 1."""
    total, error = sum_and_error(a, b)
    inexact = np.isfinite(error) & (error != 0) & (total.view(np.int64) & 1 == 0)
    return np.where(inexact, np.nextafter(total, np.where(error > 0, np.inf, -np.inf)), total)
