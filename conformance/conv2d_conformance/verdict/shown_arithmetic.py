"""What an answer shows about the arithmetic behind it, beyond the size of its errors.

A bound says how far off an answer may be, not why it is. Naming an algorithm needs more:
- Transforms spread errors to outputs whose windows hold only zeros. One output may be wrong by chance, and all may be
  wrong by the same amount for another reason. If several of a plane are off, each differently, errors have spread.
- Rounded inputs show where a sum has a single product: it is one of the four products of the rounded factors.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from conv2d_conformance.contract.arrays import Array, Floats
from conv2d_conformance.contract.formats import Format
from conv2d_conformance.law.allowed import Allowed, Mask, compare
from conv2d_conformance.law.bound import Operands
from conv2d_conformance.law.special_values import is_finite


def has_spread(operands: Operands, answer: Array) -> bool:
    """Whether several outputs of a plane that no product reaches are off, each differently."""
    if not _all_finite(operands):
        return False
    values = answer.astype(np.float64)
    off = (_terms(operands) == 0) & (values != operands.bias) & np.isfinite(values)
    least, most = (np.where(off, values, beyond) for beyond in (np.inf, -np.inf))
    return bool((least.min(axis=(2, 3)) < most.max(axis=(2, 3))).any())


def of_rounded_factors(operands: Operands, answer: Array, wrong: Mask, numbers: Format) -> bool | None:
    """Whether the wrong outputs with a single product are products of rounded factors; None without such outputs."""
    if not _all_finite(operands):
        return None
    alone = wrong & (_terms(operands) == 1) & (operands.bias == 0)
    if not alone.any():
        return None
    found = np.zeros_like(alone)
    for x in _neighbours(operands.input, numbers):
        for w in _neighbours(operands.weight, numbers):
            found |= ~compare(answer, _rounded_once(operands.meet(x, w))).wrong
    return bool(found[alone].all())


def _all_finite(operands: Operands) -> bool:
    return is_finite(operands.input, operands.weight, operands.bias)


def _terms(operands: Operands) -> Floats:
    """The number of non-zero products of every element."""
    x, w = ((array != 0).astype(np.float64) for array in (operands.input, operands.weight))
    return operands.meet(x, w)


def _neighbours(values: Floats, numbers: Format) -> Iterator[Floats]:
    """The numbers of a format next below the values, or equal to them, and those next above, or equal."""
    _, exponent = np.frexp(values)
    last_place = np.maximum(exponent, numbers.min_exponent + 1) - numbers.precision
    for towards in (np.floor, np.ceil):
        yield np.ldexp(towards(np.ldexp(values, -last_place)), last_place)


def _rounded_once(products: Floats) -> Allowed:
    """A law that allows only the two neighbours of each product."""
    nothing, everywhere = np.zeros_like(products), np.ones_like(products, dtype=bool)
    return Allowed(products, nothing, nothing, fixed=everywhere, evident=everywhere, neighbours=2)
