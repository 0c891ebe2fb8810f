"""The raw 64-bit words of Philox, and numbers made of them, for the recipes."""

from __future__ import annotations

import math
import threading
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.random import Philox

from conv2d_conformance.cases.case import ARRAYS, Case
from conv2d_conformance.contract.arrays import Floats
from conv2d_conformance.contract.formats import FORMATS

Words = npt.NDArray[np.uint64]

MIN_EXPONENTS = {numbers.precision: numbers.min_exponent for numbers in FORMATS.values()}
MAX_EXPONENTS = {numbers.precision: numbers.max_exponent for numbers in FORMATS.values()}
"""Exponents of the normal numbers, by the bits of the significand, which tell the four dtypes apart."""

FLOAT16 = FORMATS["float16"].precision
"""The dtype with few exponents; the others have enough for every recipe."""

WORDS_OF_A_COUNT = 4
"""The words that Philox makes of one value of its counter."""

SHARED = 1 << 32
"""The number in Philox's key for words that arrays share."""


def words(case: Case, array: str, count: int, *, first: int = 0) -> Words:
    """Random words for an array, or those that arrays share for the name "shared".

    The `first` one is not the first of the stream in a part of an array: a multiple of the words of one count.
    """
    assert case.recipe is not None
    number = SHARED if array == "shared" else ARRAYS.index(array)
    # Not a list: NumPy turns a list with a 64-bit integer into floats.
    _thread.at_the_start["state"]["key"] = np.array((case.recipe.seed, number), dtype=np.uint64)
    _thread.at_the_start["state"]["counter"][:] = (first // WORDS_OF_A_COUNT, 0, 0, 0)
    _thread.philox.state = _thread.at_the_start
    drawn: Words = _thread.philox.random_raw(count)
    return drawn


class _OfThread(threading.local):
    """One generator per thread, which gets a new key each time: constructing one asks the system for an unused seed."""

    def __init__(self) -> None:
        self.philox = Philox(key=0)
        self.at_the_start = self.philox.state


_thread = _OfThread()


def size_of(shape: tuple[int, ...]) -> int:
    return math.prod(shape)


def uniform_of(drawn: Words, bits: int) -> Floats:
    """A sign times a number in [1, 2): the lowest bit is the sign, the highest bits are the fraction."""
    fraction = (drawn >> (65 - bits)).astype(np.float64) * 2.0 ** (1 - bits)
    return np.where(drawn & 1, -1.0, 1.0) * (1 + fraction)


def below(drawn: Words, count: int) -> npt.NDArray[np.int64]:
    """Numbers from 0 to count - 1, from the bits that `uniform_of` does not use; count is at most 2048."""
    return (((drawn >> 1) & 2047) * count >> 11).astype(np.int64)


def symmetric_of(drawn: Words) -> Floats:
    """Numbers from -1 to 1 with all bits of float64."""
    return (drawn >> 11).astype(np.float64) * 2.0**-52 - 1.0


def shortened(values: Floats, bits: int) -> Floats:
    """Values cut to this many bits, towards zero. Otherwise a cast to bfloat16 could round twice."""
    if bits == 53:
        return values
    mantissa, exponent = np.frexp(values)
    cut: Floats = np.ldexp(np.trunc(np.ldexp(mantissa, bits)), exponent - bits)
    return cut


def fitted(values: Floats, bits: int) -> Floats:
    """Values cut to numbers of the dtype, towards zero; subnormal numbers included."""
    if bits == 53:
        return values
    _, exponent = np.frexp(values)
    quantum = np.maximum(exponent, MIN_EXPONENTS[bits] + 1) - bits
    cut: Floats = np.ldexp(np.trunc(np.ldexp(values, -quantum)), quantum)
    return cut


def places(shape: tuple[int, ...]) -> tuple[Any, Any, Any, Any]:
    """The flat indices of all elements on the last four axes; 0 on axes that the shape lacks."""
    four = ((1,) * 4 + shape)[-4:] if len(shape) <= 4 else (math.prod(shape[:-3]), *shape[-3:])
    item, channel, row, column = (axis.reshape(-1) for axis in np.indices(four))
    return item, channel, row, column
