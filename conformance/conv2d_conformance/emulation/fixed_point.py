"""Sums of integers instead of floating-point numbers."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.orders import sequential
from conv2d_conformance.emulation.terms import Terms, lower, with_bias


def fixed_point_sum(call: Call, bits: int = 24) -> Array:
    """Round input and weight to integers of `bits` bits, scaled by their largest elements; the sum is exact."""
    x, w = (array.astype(np.float64) for array in lower(call))
    limit = 2.0 ** (bits - 1)
    scales = [float(np.abs(array).max(initial=0)) or 1.0 for array in (x, w)]
    integers = (np.rint(array / scale * limit) for array, scale in zip((x, w), scales, strict=True))
    total = sequential(Terms(*integers)) * (scales[0] / limit) * (scales[1] / limit)
    return with_bias(call, total)
