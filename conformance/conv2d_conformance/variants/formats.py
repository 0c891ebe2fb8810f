"""Arithmetics less accurate than IEEE's, each under the claim of its own grade."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.formats import DTYPES, TF32
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.float32_sums import directed, in_float32
from conv2d_conformance.emulation.formats import (
    HALF,
    Change,
    accumulator_format,
    as_it_is,
    flushing,
    format_of,
    rounded_to,
    through,
)
from conv2d_conformance.emulation.fourier import fourier_planes
from conv2d_conformance.emulation.orders import aligned, rounding, sequential
from conv2d_conformance.emulation.terms import summed
from conv2d_conformance.emulation.winograd import winograd_tiles
from conv2d_conformance.variants.variant import variant


def _with_inputs(call: Call, change: Change) -> Array:
    return summed(call, sequential, inputs=change if call.input.dtype == np.float32 else as_it_is)


@variant(grades={"float32": "A-tc"})
def towards_zero(call: Call) -> Array:
    """Products, sums and results are cut."""
    return directed(call, np.trunc)


@variant(grades={"float32": "A-tc"})
def upwards(call: Call) -> Array:
    """Products, sums and results are rounded upwards."""
    return directed(call, np.ceil)


@variant(grades={"float32": "A-tc"})
def blocks_of_4_aligned(call: Call) -> Array:
    """A matrix engine: four products and the sum are aligned to the largest of them, and cut."""
    return in_float32(call, aligned(4))


@variant(grades={"float32": "R-tf32"})
def tf32_by_rounding(call: Call) -> Array:
    """Float32 data are rounded to TF32."""
    return _with_inputs(call, rounded_to(TF32))


@variant(grades={"float32": "R-tf32"})
def tf32_by_cutting(call: Call) -> Array:
    """Float32 data are cut to TF32, and summed in blocks that are aligned and cut."""
    if call.input.dtype != np.float32:
        return summed(call, sequential)
    return summed(call, aligned(4), inputs=rounded_to(TF32, np.trunc), accumulator=np.float64)


@variant(grades={"float32": "R-fp16"})
def float16_inputs(call: Call) -> Array:
    """Float32 data are rounded to float16."""
    return _with_inputs(call, through("float16"))


@variant(grades={"float32": "R-bf16"})
def bfloat16_inputs(call: Call) -> Array:
    """Float32 data are rounded to bfloat16."""
    return _with_inputs(call, through("bfloat16"))


@variant(grades={"float16": "R-acc16", "bfloat16": "R-acc16"})
def sixteen_bit_sums(call: Call) -> Array:
    """Sums of 16-bit numbers are kept in their own type."""
    return summed(call, sequential, accumulator=call.input.dtype if call.input.dtype in HALF else None)


@variant(grades=dict.fromkeys(DTYPES, "B2"), non_finite=False)
def winograd_tiles_of_2(call: Call) -> Array:
    """Winograd's algorithm with tiles of 2."""
    return winograd_tiles(call, 2)


@variant(grades=dict.fromkeys(DTYPES, "B4"), non_finite=False)
def winograd_tiles_of_4(call: Call) -> Array:
    """Winograd's algorithm with tiles of 4."""
    return winograd_tiles(call, 4)


@variant(grades=dict.fromkeys(DTYPES, "B6"), non_finite=False)
def winograd_tiles_of_6(call: Call) -> Array:
    """Winograd's algorithm with tiles of 6."""
    return winograd_tiles(call, 6)


@variant(grades=dict.fromkeys(DTYPES, "C"), non_finite=False)
def fourier(call: Call) -> Array:
    """The fast Fourier transform of whole planes."""
    return fourier_planes(call)


@variant(subnormals=dict.fromkeys(DTYPES, "flushed"))
def flushing_everywhere(call: Call) -> Array:
    """Subnormal data, products, sums and results are zero."""
    numbers = format_of(call)
    accumulator = flushing(accumulator_format(call))
    return summed(call, rounding(accumulator), inputs=flushing(numbers), result=flushing(numbers))


@variant(subnormals=dict.fromkeys(DTYPES, "flushed"))
def flushing_results(call: Call) -> Array:
    """Subnormal results alone are zero."""
    return summed(call, sequential, result=flushing(format_of(call)))


VARIANTS = (
    *(towards_zero, upwards, blocks_of_4_aligned, tf32_by_rounding, tf32_by_cutting, float16_inputs, bfloat16_inputs),
    *(sixteen_bit_sums, winograd_tiles_of_2, winograd_tiles_of_4, winograd_tiles_of_6, fourier),
    *(flushing_everywhere, flushing_results),
)
