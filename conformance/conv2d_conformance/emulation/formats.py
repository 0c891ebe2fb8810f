"""Round numbers to other formats, and keep them in their dtype."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ml_dtypes
import numpy as np

from conv2d_conformance.contract.arrays import Array, dtype_of
from conv2d_conformance.contract.formats import DTYPES, FORMATS, Format
from conv2d_conformance.emulation.call import Call

Change = Callable[[Array], Array]

HALF = (np.float16, ml_dtypes.bfloat16)
"""The types of 16 bits."""


def as_it_is(array: Array) -> Array:
    return array


# ---- which format --------------------------------------------------------------------------------------------------


def format_of(call: Call) -> Format:
    return FORMATS[next(name for name in DTYPES if dtype_of(name) == call.input.dtype)]


def accumulator_of(dtype: Any) -> np.dtype[Any]:
    return np.dtype(np.float64 if dtype == np.float64 else np.float32)


def accumulator_format(call: Call) -> Format:
    return FORMATS[accumulator_of(call.input.dtype).name]


def of_precision(bits: int) -> Format:
    """A format with this many bits of significand, and the exponents of float32."""
    return replace(FORMATS["float32"], precision=bits)


# ---- into it -------------------------------------------------------------------------------------------------------


def rounded_to(numbers: Format, to_integer: Callable[[Array], Array] = np.rint) -> Change:
    """Round to the precision of a format by `to_integer`, subnormals included; numbers too large for it stay."""

    def change(array: Array) -> Array:
        values = np.asarray(array, np.float64)
        _, exponent = np.frexp(values)
        quantum = np.maximum(exponent, numbers.min_exponent + 1) - numbers.precision
        with np.errstate(all="ignore"):
            rounded = np.where(np.isfinite(values), np.ldexp(to_integer(np.ldexp(values, -quantum)), quantum), values)
        return rounded.astype(array.dtype)

    return change


def through(dtype: str) -> Change:
    """Cast to another dtype and back."""

    def change(array: Array) -> Array:
        with np.errstate(all="ignore"):
            return array.astype(dtype_of(dtype)).astype(array.dtype)

    return change


def flushing(numbers: Format) -> Change:
    """Replace numbers below the smallest normal one by zero."""
    return lambda array: np.where(np.abs(array) < numbers.normal, np.zeros_like(array), array)


def flushing_parts(numbers: Format) -> Change:
    """Do the same to the real and the imaginary parts of complex numbers."""
    flush = flushing(numbers)
    return lambda array: flush(array.real) + 1j * flush(array.imag)
