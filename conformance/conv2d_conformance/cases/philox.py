"""From the raw 64-bit words of Philox to numbers: what every recipe is made of."""

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
"""Of the normal numbers, by the bits of significand, which tell the four dtypes apart."""

FLOAT16 = FORMATS["float16"].precision
"""The dtype whose exponents are few: the others have room for all that recipes ask of them."""

SHARED = 1 << 32
"""The number, for Philox's key, of words that no array has to itself."""


def words(case: Case, array: str, count: int) -> Words:
    """So many words for an array, or "shared" ones."""
    assert case.recipe is not None
    number = SHARED if array == "shared" else ARRAYS.index(array)
    # Not a list: NumPy makes floats of a list that holds an integer of 64 bits.
    _thread.at_the_start["state"]["key"] = np.array((case.recipe.seed, number), dtype=np.uint64)
    _thread.philox.state = _thread.at_the_start
    drawn: Words = _thread.philox.random_raw(count)
    return drawn


class _OfThread(threading.local):
    """A generator that is given one key after the other: a new one asks the system for a seed that it does not use."""

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
    """Numbers from 0 to count - 1, at most 2048, of the bits that `uniform_of` does not use."""
    return (((drawn >> 1) & 2047) * count >> 11).astype(np.int64)


def symmetric_of(drawn: Words) -> Floats:
    """Numbers from -1 to 1, with as many bits as float64 has."""
    return (drawn >> 11).astype(np.float64) * 2.0**-52 - 1.0


def shortened(values: Floats, bits: int) -> Floats:
    """Towards zero, to so many bits: a cast that had to round could do so twice on its way to bfloat16."""
    if bits == 53:
        return values
    mantissa, exponent = np.frexp(values)
    cut: Floats = np.ldexp(np.trunc(np.ldexp(mantissa, bits)), exponent - bits)
    return cut


def fitted(values: Floats, bits: int) -> Floats:
    """Towards zero, to the numbers of the dtype, subnormal ones included."""
    if bits == 53:
        return values
    _, exponent = np.frexp(values)
    quantum = np.maximum(exponent, MIN_EXPONENTS[bits] + 1) - bits
    cut: Floats = np.ldexp(np.trunc(np.ldexp(values, -quantum)), quantum)
    return cut


def places(shape: tuple[int, ...]) -> tuple[Any, Any, Any, Any]:
    """The index of every element, flat, on the last four axes, with 0 on those that the shape lacks."""
    four = ((1,) * 4 + shape)[-4:] if len(shape) <= 4 else (math.prod(shape[:-3]), *shape[-3:])
    item, channel, row, column = (axis.reshape(-1) for axis in np.indices(four))
    return item, channel, row, column
