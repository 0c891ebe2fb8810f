r"""The law of a fresh parameter: uniform between -sqrt(k) and sqrt(k), as closely as a machine can draw it.

**The null hypothesis.** No machine draws real numbers: an implementation draws from a grid of M equidistant points,
with either end included or not, scales with a few rounded operations, and rounds to its dtype of p bits; PyTorch
moves what rounds to the upper end to the lower one. All of these laws are covered by one statement, and every test
of this package follows from it alone:

    Y_i = w_i / sqrt(k) are functions of independent X_i, each exactly uniform on [-1, 1], with |Y_i - X_i| <= s.

*Proof.* A grid of M points is X moved by at most 2 / M. Scaling by x * (to - from) + from commits relative errors of
u = 2^-p in `from`, in the product (of magnitude 2), in the sum and in the cast: 4u at most, relative to sqrt(k), and
one unfused operation more 2u. Where the values that round to the upper end (x in an interval of length 2u at most)
go to the lower end, compare with X shifted by 2u around the circle, which is uniform too. Hence s = 2 / M + 8u.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from conv2d_conformance.cases.layer_case import LayerCase
from conv2d_conformance.contract.arrays import dtype_of
from conv2d_conformance.contract.formats import FORMATS

GRID_BITS = {"float32": 23, "float64": 23, "float16": 11, "bfloat16": 8}
"""The random bits that a value must have at least; JAX and TensorFlow use 23 for float32."""


@dataclass(frozen=True, slots=True)
class LayerLaw:
    """bound: sqrt(k). limit: the largest magnitude that rounding can reach, relative to the bound.

    slack: the s of the null hypothesis. atom: no single value is more probable than this.
    """

    bound: float
    limit: float
    slack: float
    atom: float


def layer_law(case: LayerCase) -> LayerLaw:
    """The law that both parameters of a layer follow.

    The atom: a value of a p-bit dtype stands for an interval of x no longer than 2u, which holds at most 1 + Mu points
    of a grid, and the end that PyTorch moves doubles that: a probability of at most 2 / M + 2u.
    """
    bound = math.sqrt(1 / case.fan_in)
    unit, step = FORMATS[case.dtype].unit, 2.0 ** -GRID_BITS[case.dtype]
    rounded = float(np.array(bound).astype(dtype_of(case.dtype)))
    return LayerLaw(
        bound=bound, limit=rounded / bound * (1 + 4 * unit), slack=2 * step + 8 * unit, atom=2 * step + 2 * unit
    )
