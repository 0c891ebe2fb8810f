"""Products that no arithmetic rounds, since their factors have few bits.

Factors of a and b significant bits have a product of at most a + b, or of a where the other is a power of two, which an
accumulator of so much precision holds. The error of a product among the subnormal numbers is no relative one, and is
counted apart.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from conv2d_conformance.implementation.answers import Array
from conv2d_conformance.law.classes import AccuracyClass

SAMPLE = 1 << 8
"""Elements that show whether data may have few bits."""

DOUBLE = 53
"""Bits of float64, as which all data are looked at."""


def with_exact_products(input: Array, weight: Array, accuracy: AccuracyClass) -> AccuracyClass:
    """The class for these data: without an error of products where all of them are exact."""
    if accuracy.product == 0:
        return accuracy
    room = accuracy.accumulator.precision
    few = (array.reshape(-1)[:SAMPLE] for array in (input, weight))
    if _of_product(*few) > room or _of_product(input, weight) > room:
        return accuracy
    return replace(accuracy, product=0.0)


def _of_product(x: Array, w: Array) -> int:
    """The bits that any product of two numbers may have."""
    least, most = sorted((_bits(x), _bits(w)))
    return most if least == 1 else least + most


def _bits(values: Array) -> int:
    """The significant bits of the number that has most of them; 0 where all are zero, and all that are not finite."""
    significands, _ = np.frexp(np.asarray(values, np.float64))
    whole = (np.where(np.isfinite(significands), significands, 0) * 2.0**DOUBLE).astype(np.int64)
    together = int(np.bitwise_or.reduce(whole, axis=None))
    return DOUBLE - (together & -together).bit_length() + 1 if together else 0
