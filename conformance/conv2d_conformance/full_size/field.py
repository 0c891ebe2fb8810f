"""Exact sums modulo the prime p = 2^31 - 1, by products of float64 matrices.

A residue below 2^31 is split into halves, low + 2^16 high, with low < 2^16 and high < 2^15. A product of a matrix of
integers of magnitude at most `largest` with such halves, over at most `longest(largest)` terms, has all partial sums of
at most 2^53: float64 computes it exactly, in any order, with or without FMA.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from conv2d_conformance.contract.arrays import Floats

Residues = npt.NDArray[np.int64]

P = 2**31 - 1
HALF = 16
EXACT = 2**53

ALONE = 1 << 18
"""Multiply-adds up to which OpenBLAS computes a product in the calling thread. Its own threads, called from several,
wait for each other most of the time."""


def drawn(generator: np.random.Generator, *shape: int) -> Residues:
    """Independent residues, each of the p values with the same probability."""
    return generator.integers(0, P, size=shape)


def reduced(numbers: Any) -> Residues:
    """The residues of integers."""
    found: Residues = np.remainder(numbers, P)
    return found


def longest(largest: int) -> int:
    """The number of terms over which a product with halves is exact; `largest` is at most 2^36."""
    return max(1, EXACT // (max(largest, 1) << HALF))


def halves(residues: Residues) -> Floats:
    """Residues (L, k) as (L, 2k): the low halves, then the high ones."""
    return np.concatenate((residues & ((1 << HALF) - 1), residues >> HALF), axis=1).astype(np.float64)


def joined(products: Floats) -> Residues:
    """The residues (R, k) of exact products with halves (R, 2k)."""
    whole = products.astype(np.int64)
    k = whole.shape[1] // 2
    return (whole[:, :k] % P + (whole[:, k:] % P << HALF)) % P


def product(integers: Floats, halved: Floats, largest: int) -> Residues:
    """The residues of a matrix (R, L) of integers times residues (L, k), given as their halves (L, 2k)."""
    found = np.zeros((len(integers), halved.shape[1] // 2), np.int64)
    for part in parts(len(halved), longest(largest)):
        for rows in parts(len(integers), max(1, ALONE // halved[part].size)):
            found[rows] += joined(integers[rows, part] @ halved[part])
    return found % P


def product_of_residues(left: Residues, right: Residues) -> Residues:
    """The residues of (R, L) times (L, k), both of residues."""
    halved, low = halves(right), left & ((1 << HALF) - 1)
    of_low, of_high = (product(half.astype(np.float64), halved, 1 << HALF) for half in (low, left >> HALF))
    return (of_low + (of_high << HALF)) % P


def dot(left: Residues, right: Residues) -> int:
    """The residue of the sum of the products of two arrays of residues."""
    return int((left * right % P).sum() % P)


def parts(length: int, step: int) -> Iterator[slice]:
    """Consecutive slices of at most `step`."""
    return (slice(first, min(first + step, length)) for first in range(0, length, step))
