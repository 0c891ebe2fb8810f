"""Transforms with other points and tiles, and arithmetics that flush subnormals where others keep them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.formats import DTYPES, FORMATS
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.formats import HALF, accumulator_format, flushing, flushing_parts, format_of, through
from conv2d_conformance.emulation.fourier import fourier_planes
from conv2d_conformance.emulation.orders import rounding, sequential
from conv2d_conformance.emulation.terms import summed
from conv2d_conformance.emulation.winograd import winograd_tiles
from conv2d_conformance.variants.variant import variant

FLUSHED = dict.fromkeys(DTYPES, "flushed")
MIRRORED = tuple(map(Fraction, ("0", "1", "-1", "1/2", "-1/2", "2", "-2")))
MIXED = tuple(map(Fraction, ("0", "-1", "1", "1/2", "-2", "-1/2", "2")))


@variant(grades=dict.fromkeys(DTYPES, "B4"), non_finite=False)
def winograd_mirrored_points(call: Call) -> Array:
    """Winograd's algorithm with tiles of 4 and points of 1/2 in place of 2."""
    return winograd_tiles(call, 4, points=MIRRORED)


@variant(grades=dict.fromkeys(DTYPES, "B4"), non_finite=False)
def winograd_mixed_points(call: Call) -> Array:
    """Winograd's algorithm with tiles of 4 and the points 1/2 and -2."""
    return winograd_tiles(call, 4, points=MIXED)


@variant(grades=dict.fromkeys(DTYPES, "B4"), non_finite=False)
def winograd_tiles_of_3(call: Call) -> Array:
    """Winograd's algorithm with tiles of 3, and of 2 for kernels of one row."""
    return winograd_tiles(call, 3 if call.geometry.KH > 1 else 2)


@variant(grades=dict.fromkeys(DTYPES, "B2"), subnormals=FLUSHED, non_finite=False)
def winograd_flushing(call: Call) -> Array:
    """Winograd's algorithm with tiles of 2; subnormal data, numbers on the way and results are zero."""
    inner, outer = flushing(accumulator_format(call)), flushing(format_of(call))
    return winograd_tiles(call, 2, inputs=outer, transforms=inner, products=inner, sums=inner, result=outer)


@variant(grades=dict.fromkeys(DTYPES, "C"), subnormals=FLUSHED, non_finite=False)
def fourier_flushing(call: Call) -> Array:
    """The fast Fourier transform; subnormal data, numbers between the transforms and results are zero."""
    outer = flushing(format_of(call))
    return fourier_planes(call, inputs=outer, transforms=flushing_parts(accumulator_format(call)), result=outer)


@variant(grades={"float32": "R-fp16"}, subnormals=FLUSHED)
def float16_inputs_flushing(call: Call) -> Array:
    """Float32 data are rounded to float16, whose subnormals are zero."""
    if call.input.dtype != np.float32:
        return summed(call, sequential)
    flush, rounded = flushing(FORMATS["float16"]), through("float16")
    return summed(call, sequential, inputs=lambda array: flush(rounded(array)))


@variant(grades={"float16": "R-acc16", "bfloat16": "R-acc16"}, subnormals=FLUSHED)
def sixteen_bit_sums_flushing(call: Call) -> Array:
    """Sums of 16-bit numbers are kept in their own type; subnormal data, products, sums and results are zero."""
    narrow = call.input.dtype in HALF
    flush = flushing(format_of(call))
    return summed(call, rounding(flush), inputs=flush, accumulator=call.input.dtype if narrow else None)


VARIANTS = (
    *(winograd_mirrored_points, winograd_mixed_points, winograd_tiles_of_3),
    *(winograd_flushing, fourier_flushing, float16_inputs_flushing, sixteen_bit_sums_flushing),
)
