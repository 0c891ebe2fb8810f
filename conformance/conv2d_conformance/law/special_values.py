"""NaN and infinity in the data, by the rules of IEEE 754, tap by tap.

Every tap that meets an input element multiplies, zero weights included: 0 times infinity is NaN. A tap that meets
zero padding may multiply or be skipped, so a non-finite weight there may or may not make the answer NaN. The same holds
for an infinity that meets a factor which flushing, or rounding to a narrower format, may turn into zero.
"""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Floats
from conv2d_conformance.law.allowed import Exceptions, Mask
from conv2d_conformance.law.bound import Operands


def is_finite(*arrays: Floats) -> bool:
    return all(bool(np.isfinite(array).all()) for array in arrays)


def finite_part(operands: Operands) -> Operands:
    """The operands with 0 for all non-finite values: right for the elements that no such value reaches."""
    x, w, b = (np.where(np.isfinite(a), a, 0.0) for a in (operands.input, operands.weight, operands.bias))
    return Operands(x, w, b, operands.placement)


def required_specials(operands: Operands, vanishing: float = 0.0) -> Exceptions:
    """The kind of value that the non-finite data require, for every element of (N, M, OH, OW).

    `vanishing`: factors with a magnitude below it may count as zero.
    """
    x, w, b = operands.input, operands.weight, operands.bias
    nowhere = np.zeros(operands.output_shape, dtype=bool)

    def meet(in_input: Mask, in_weight: Mask) -> Mask:
        if not (in_input.any() and in_weight.any()):  # few data have values of more than one kind
            return nowhere
        return operands.meet(in_input.astype(np.float64), in_weight.astype(np.float64)) > 0

    anywhere_x, anywhere_w = np.ones_like(x, dtype=bool), np.ones_like(w, dtype=bool)
    nan = meet(np.isnan(x), anywhere_w) | meet(anywhere_x, np.isnan(w)) | np.isnan(b)
    nan |= meet(np.isinf(x), w == 0) | meet(x == 0, np.isinf(w))
    plus = meet(np.isposinf(x), w > 0) | meet(np.isneginf(x), w < 0) | np.isposinf(b)
    plus |= meet(x > 0, np.isposinf(w)) | meet(x < 0, np.isneginf(w))
    minus = meet(np.isposinf(x), w < 0) | meet(np.isneginf(x), w > 0) | np.isneginf(b)
    minus |= meet(x > 0, np.isneginf(w)) | meet(x < 0, np.isposinf(w))
    nan |= plus & minus

    may_be_nan = nan | nowhere if is_finite(w) else nan | _non_finite_weight_meets_padding(operands)
    may_be_nan |= meet(np.isinf(x), np.abs(w) < vanishing) | meet(np.abs(x) < vanishing, np.isinf(w))
    return Exceptions(nan=may_be_nan, plus=plus & ~nan, minus=minus & ~nan, finite=~(nan | plus | minus))


def _non_finite_weight_meets_padding(operands: Operands) -> Mask:
    odd = (~np.isfinite(operands.weight)).astype(np.float64)
    met = operands.meet(np.ones_like(operands.input), odd)
    meets_padding: Mask = met < odd.sum(axis=(1, 2, 3)).reshape(-1, 1, 1)
    return meets_padding
