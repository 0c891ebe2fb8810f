"""What answers are allowed, element by element.

The theorem. Let an output element be the sum of n non-zero products p_k and a bias b, let beta be 1 where b is not
zero and 0 otherwise, A = sum |p_k|, S = sum p_k. Let every product have a relative error of at most u_p and every
addition one of at most u_a, additions of an exact zero being exact. Then, in any order and grouping of the additions,
with or without FMA, as long as nothing overflows,

    |computed - (S + b)| <= G (A + |b|),   G = (1 + u_p) (1 + u_a)^max(n - 1 + beta, 0) - 1,

plus, where products can underflow, half the smallest subnormal for each of them, carried through the same additions.

Proof. The computed value is sum p_k (1 + d_k) prod (1 + e_j) + b prod (1 + e_j), the products running over the
additions on the path from the leaf to the root of the summation tree. An addition rounds only if both of its operands
are non-zero, and an operand all of whose leaves are zero is an exact zero, so that at most n - 1 + beta additions
of a path round. Finally |(1 + d) prod (1 + e_j) - 1| <= (1 + u_p)(1 + u_a)^m - 1 for m factors. An FMA leaves
out one factor. A sum of floating-point numbers is never inexact by underflow, so that only products can add an
absolute error. []

Three consequences fix the answer completely, whatever the implementation does inside:
- no leaf (n + beta = 0): the answer is zero;
- one leaf: the answer is the bias, or the correctly rounded product;
- integers whose sum of magnitudes is at most 2^precision: every partial sum is representable, nothing rounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from conv2d_conformance.law.classes import AccuracyClass
from conv2d_conformance.law.formats import Format
from conv2d_reference.oracle import Sums

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

SLACK = 2.0**-48
"""Relative enlargement that pays for evaluating the bound itself in float64: its fewer than 16 operations."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """The answers that are allowed for every output element, as arrays of the shape of the output.

    The right answer is high + low, to within what `bound` contains already. An element that is `fixed` has exactly
    one right answer, `high` rounded to the format; one that is `free` may overflow on the way, and is not judged.
    An element is `evident` where the bound is small enough to see a fault.
    """

    high: Floats
    low: Floats
    bound: Floats
    fixed: Mask
    free: Mask
    evident: Mask


def allowed(sums: Sums, bias: Floats | None, format: Format, accuracy: AccuracyClass, *, integral: bool) -> Allowed:
    """Apply the theorem to the sums of a case and its bias (M,), in float64; `integral`: all data are integers."""
    b = np.zeros((1, 1, 1)) if bias is None else bias.reshape(-1, 1, 1)
    has_bias = b != 0
    leaves = sums.terms + has_bias
    high, rest = _two_sum(sums.high, b)
    low = rest + sums.low
    size = sums.magnitude + np.abs(b)

    rounded_additions = np.maximum(leaves - 1, 0)
    growth = np.expm1(np.log1p(accuracy.product) + rounded_additions * np.log1p(accuracy.addition))
    underflow = accuracy.neighbours * 0.5 * format.tiny * sums.terms * (1 + growth)
    bound = (growth * size + underflow) * (1 + SLACK) + sums.error + SLACK * format.unit * size

    exact_integers = (size <= 2.0**format.precision) if integral else np.zeros_like(size, dtype=bool)
    fixed = (leaves <= 1) | exact_integers
    free = ~fixed & ~(size * (1 + growth) < format.largest)
    evident = fixed | (~free & (bound < np.abs(high)) & (bound < 0.5 * sums.smallest))
    return Allowed(high, low, bound, fixed, free, evident)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How an answer lies within what is allowed; `ratio` is the error as a share of the bound, 0 where it is fixed."""

    wrong: Mask
    ratio: Floats


def compare(answer: npt.NDArray[Any], law: Allowed) -> Comparison:
    """Hold an answer of the right shape and dtype against the law. The sign of zero never counts."""
    got = answer.astype(np.float64)
    with np.errstate(all="ignore"):
        # The dtype's own rounding of the pair's high part is the one right answer where it is fixed.
        right = law.high.astype(answer.dtype).astype(np.float64)
        error = np.abs((got - law.high) - law.low)
        wrong = np.where(law.fixed, got != right, ~(error <= law.bound)) & ~law.free
        ratio = np.where(law.fixed | law.free, 0.0, error / law.bound)
    return Comparison(wrong, ratio)


def _two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """A + b as a rounded sum and the error of that rounding (Knuth)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)
