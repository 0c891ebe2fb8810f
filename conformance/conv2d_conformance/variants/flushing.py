"""Subnormal numbers flushed to zero, in classes other than A, under the claim `flushed`."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.formats import DTYPES, FORMATS, TF32
from conv2d_conformance.emulation import pieces
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.formats import Change, accumulator_format, as_it_is, flushing, format_of, rounded_to
from conv2d_conformance.emulation.orders import rounding, sequential
from conv2d_conformance.emulation.terms import summed
from conv2d_conformance.variants.variant import variant

FLUSHED = dict.fromkeys(DTYPES, "flushed")


def _then(*changes: Change) -> Change:
    def change(array: Array) -> Array:
        for one in changes:
            array = one(array)
        return array

    return change


def _everywhere(call: Call, accumulate: Change, inputs: Change = as_it_is) -> Array:
    """Flush inputs, products, sums and the result, after all other changes to them."""
    own, wide = flushing(format_of(call)), flushing(accumulator_format(call))
    return summed(call, rounding(_then(accumulate, wide)), inputs=_then(own, inputs, own), result=own)


@variant(grades=dict.fromkeys(DTYPES, "A-tc"), subnormals=FLUSHED)
def flushing_and_cutting(call: Call) -> Array:
    """Sums are cut, and subnormal data, products, sums and results are zero."""
    if call.input.dtype == np.float64:
        return _everywhere(call, as_it_is)
    own, wide = flushing(format_of(call)), flushing(FORMATS["float32"])
    change = _then(rounded_to(FORMATS["float32"], np.trunc), wide)
    return summed(call, rounding(change), inputs=own, accumulator=np.float64, result=own)


@variant(grades={"float32": "R-tf32"}, subnormals=FLUSHED)
def flushing_tf32(call: Call) -> Array:
    """Float32 data are rounded to TF32, and subnormal data, products, sums and results are zero."""
    change = rounded_to(TF32) if call.input.dtype == np.float32 else as_it_is
    return _everywhere(call, as_it_is, change)


@variant(grades={"float32": "R-bf16"}, subnormals=FLUSHED)
def flushing_bfloat16(call: Call) -> Array:
    """Float32 data are rounded to bfloat16, and subnormal data, products, sums and results are zero."""
    change = rounded_to(FORMATS["bfloat16"]) if call.input.dtype == np.float32 else as_it_is
    return _everywhere(call, as_it_is, change)


@variant(grades={"float32": "R-bf16x6"}, subnormals=FLUSHED, non_finite=False)
def flushing_pieces(call: Call) -> Array:
    """6 products of 3 bfloat16 pieces, and subnormal pieces, products and results are zero."""
    if call.input.dtype != np.float32:
        return _everywhere(call, as_it_is)
    flush = flushing(FORMATS["float32"])
    order = rounding(flush)
    return flush(pieces.one_after_the_other(call, _then(pieces.BFLOAT16, flush), pieces.SIX, order))


@variant(subnormals=FLUSHED)
def flushing_inputs(call: Call) -> Array:
    """Subnormal data alone are zero."""
    return summed(call, sequential, inputs=flushing(format_of(call)))


VARIANTS = (*(flushing_and_cutting, flushing_tf32, flushing_bfloat16, flushing_pieces, flushing_inputs),)
