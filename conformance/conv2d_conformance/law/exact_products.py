"""Products that no arithmetic rounds, since their factors have few bits.

Factors of a and b significant bits have a product of at most a + b bits, or of a bits where the other factor is a power
of two. An accumulator of that precision holds it exactly. The error of a subnormal product is not a relative one; the
bound counts it separately.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.law.classes import AccuracyClass

SAMPLE = 1 << 8
"""The number of elements that show whether data may have few bits."""

UNSIGNED = {np.dtype(np.float32): (np.uint32, 23), np.dtype(np.float64): (np.uint64, 52)}
"""The integer type that reads the bits of a number, and the bits of its fraction. Shorter types are widened."""


def with_exact_products(input: Array, weight: Array, accuracy: AccuracyClass) -> AccuracyClass:
    """The class for these data. Where all products are exact, it allows them no error."""
    if accuracy.product == 0:
        return accuracy
    room = accuracy.accumulator.precision
    few = [array.reshape(-1)[:SAMPLE] for array in (input, weight)]
    are_all = max(input.size, weight.size) <= SAMPLE
    if _of_product(*few) > room or not (are_all or _of_product(input, weight) <= room):
        return accuracy
    return replace(accuracy, product=0.0)


def _of_product(x: Array, w: Array) -> int:
    """The most bits that a product of two of the numbers can have."""
    least, most = sorted((_bits(x), _bits(w)))
    return most if least == 1 else least + most


def _bits(values: Array) -> int:
    """The most significant bits of any of the numbers, read from its fraction; 1 where all are zero."""
    wide = values if values.dtype in UNSIGNED else values.astype(np.float32)
    unsigned, fraction = UNSIGNED[wide.dtype]
    together = int(np.bitwise_or.reduce(wide.view(unsigned), axis=None)) & ((1 << fraction) - 1)
    return 1 + fraction - ((together & -together).bit_length() - 1) if together else 1
