"""IEEE arithmetic in many orders of summation."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation import orders
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.terms import summed
from conv2d_conformance.variants.variant import variant

STRICT = {"float32": "A", "float64": "A", "float16": "A", "bfloat16": "A"}
IN_ONE_ORDER = {"batch_invariant": True, "position_invariant": True, "layout_invariant": True}
"""Each output is summed in the same order, whatever is around it."""


@variant(grades=STRICT, **IN_ONE_ORDER)
def one_after_the_other(call: Call) -> Array:
    """Channels, rows, columns; the bias last."""
    return summed(call, orders.sequential)


@variant(grades=STRICT, **IN_ONE_ORDER)
def last_to_first(call: Call) -> Array:
    """The same backwards."""
    return summed(call, orders.backwards)


@variant(grades=STRICT, **IN_ONE_ORDER)
def bias_first(call: Call) -> Array:
    """The sum begins with the bias."""
    return summed(call, orders.sequential, bias="first")


@variant(grades=STRICT, **IN_ONE_ORDER)
def bias_apart(call: Call) -> Array:
    """The sum is rounded to the 16-bit type, and once more after the bias."""
    return summed(call, orders.sequential, bias="apart")


@variant(grades=STRICT, **IN_ONE_ORDER)
def halves_of_halves(call: Call) -> Array:
    """Pairwise summation."""
    return summed(call, orders.pairwise)


@variant(grades=STRICT, **IN_ONE_ORDER)
def eight_lanes(call: Call) -> Array:
    """A vector register of eight accumulators."""
    return summed(call, orders.interleaved(8), bias="apart")


@variant(grades=STRICT, **IN_ONE_ORDER)
def blocks_of_16(call: Call) -> Array:
    """Blocks that are summed apart, and then added up."""
    return summed(call, orders.blocked(16))


@variant(grades=STRICT, **IN_ONE_ORDER)
def three_parts(call: Call) -> Array:
    """The sum is split over three processors."""
    return summed(call, orders.split(3), bias="first")


@variant(grades=STRICT, **IN_ONE_ORDER)
def random_tree(call: Call) -> Array:
    """Any two partial sums are added next."""
    return summed(call, orders.shuffled)


@variant(grades=STRICT, deterministic=False)
def another_order_every_time(call: Call) -> Array:
    """As with atomic additions: the order changes from call to call."""
    some = (orders.sequential, orders.backwards, orders.pairwise, orders.interleaved(4), orders.split(2))
    return summed(call, some[int(np.random.default_rng().integers(len(some)))])


@variant(grades=STRICT, **IN_ONE_ORDER)
def fused_multiply_add(call: Call) -> Array:
    """The product is not rounded before it is added."""
    return summed(call, orders.fused)


@variant(grades=STRICT, **IN_ONE_ORDER)
def compensated(call: Call) -> Array:
    """Kahan's summation."""
    return summed(call, orders.kahan)


@variant(grades=STRICT, **IN_ONE_ORDER)
def in_float64(call: Call) -> Array:
    """The sum is kept in float64 whatever the dtype."""
    return summed(call, orders.pairwise, accumulator=np.float64)


VARIANTS = (
    *(one_after_the_other, last_to_first, bias_first, bias_apart, halves_of_halves, eight_lanes, blocks_of_16),
    *(three_parts, random_tree, another_order_every_time, fused_multiply_add, compensated, in_float64),
)
