"""Sums that round from float64 to float32 in their own way; float64 data are summed as usual."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.formats import FORMATS
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.formats import Change, as_it_is, format_of, rounded_to
from conv2d_conformance.emulation.orders import rounding, sequential
from conv2d_conformance.emulation.terms import Order, summed


def in_float32(call: Call, order: Order, *, inputs: Change = as_it_is, result: Change = as_it_is) -> Array:
    """Sum by an order that rounds float64 numbers to float32 itself."""
    if call.input.dtype == np.float64:
        return summed(call, sequential)
    return summed(call, order, accumulator=np.float64, inputs=inputs, result=result)


def directed(call: Call, to_integer: Change) -> Array:
    """Round every product, sum and result as `to_integer` rounds."""
    order = rounding(rounded_to(FORMATS["float32"], to_integer))
    return in_float32(call, order, result=rounded_to(format_of(call), to_integer))
