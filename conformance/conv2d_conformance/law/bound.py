"""How far an answer may lie from the exact sum, element by element.

The theorem. Let an output element be the sum of n non-zero products p_k and a bias b, let beta be 1 where b is not
zero and 0 otherwise, A = sum |p_k|, S = sum p_k. Let every product have a relative error of at most u_p and every
addition one of at most u_a, additions of an exact zero being exact. Then, in any order and grouping of the additions,
with or without FMA, as long as nothing overflows,

    |computed - (S + b)| <= G A + H |b|,   H = (1 + u_a)^max(n - 1 + beta, 0) - 1,   G = (1 + u_p) (1 + H) - 1,

plus, where products can underflow, half the smallest subnormal for each of them, carried through the same additions
(all of it where a result may be either neighbour).

Proof. The computed value is sum p_k (1 + d_k) prod (1 + e_j) + b prod (1 + e_j), the products running over the
additions on the path from the leaf to the root of the summation tree. An addition rounds only if both of its operands
are non-zero, and an operand all of whose leaves are zero is an exact zero, so that at most n - 1 + beta additions
of a path round. Finally |(1 + d) prod (1 + e_j) - 1| <= (1 + u_p)(1 + u_a)^m - 1 for m factors. An FMA leaves
out one factor. A sum of floating-point numbers is never inexact by underflow, so that only products can add an
absolute error. []

Compensated sums are not trees of this theorem. Where operations round to nearest, m of their additions err by as much
as m + 1 of a tree, and one by as much as 1.5. Where all are rounded the same other way, they err by as much as a tree
of that rounding, up to the second order (`compensated`). For sums in 16 bits, u_a allows any rounding; this covers
compensated sums that round to nearest, and only those.

Matrix engines that add many numbers at once err by as much as a tree of truncating additions (`faithful`).

Inputs that are rounded first: each |x_k| grows to at most |x_k| (1 + u_in) + eta_in. So the products that are added
differ from p_k by at most A' - A in sum, A' being A with all factors grown; the theorem holds with A' for A.

Inputs that are split: each product is a sum of several products of pieces, whose sizes add up to little more than
|x_k|; those products are the leaves. `pieces` bounds what they lack of p_k.

A result that is rounded to a narrower type: the rounding errs by u_out of its value, or half the smallest subnormal.
The bias may be added afterwards and the sum rounded again.

Flushing, where it is declared: a factor below the smallest normal number, of its own format or of the format to which
it is rounded first, may count as zero, which loses its product. Every product, every sum and the result may be lost
where they are below the smallest normal number of the format that holds them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Floats
from conv2d_conformance.contract.grades import is_wide
from conv2d_conformance.law import compensated, pieces
from conv2d_conformance.law.classes import AccuracyClass, accuracy_class
from conv2d_reference import lowered
from conv2d_reference.oracle import Sums

SLACK = 2.0**-48
"""Relative enlargement that pays for evaluating the bound itself: 32 roundings of float64, of 2^-53 each.

G is expm1 of the sum of a log1p and of a number times a log1p. Where such a function errs by at most 4 units in the
last place, it counts as 8 roundings, and the product and the sum are one each; as long as G is below 1/2, expm1 makes
no more than 5/4 of what comes before it, which is 21 in all. Where G is larger, u is 2^-24 or more, and a rounding to
nearest, u / (1 + u) at most, is smaller than u by a larger share than is lost here. What follows adds and multiplies
numbers that are not negative: G times A is one rounding, the terms that join it are 7 additions at most, the
enlargement is one, and two more terms follow it.
"""

LARGEST = float(np.finfo(np.float64).max)


@dataclass(frozen=True, slots=True)
class Operands:
    """The data of a call in float64, and their placement: input (N, C, H, W), weight, bias as (M, 1, 1) or a zero."""

    input: Floats
    weight: Floats
    bias: Floats
    placement: dict[str, Any]

    def meet(self, input: Floats, weight: Floats) -> Floats:
        """The convolution (N, M, OH, OW) of other values in the same places."""
        return lowered.conv2d(input, weight, **self.placement)

    @property
    def output_shape(self) -> tuple[int, int, int, int]:
        """(N, M, OH, OW), with N = 1 for one image."""
        layer = lowered.Layer.of(self.input, self.weight, **self.placement)
        return layer.N, layer.M, layer.OH, layer.OW


@dataclass(frozen=True, slots=True)
class Bound:
    """The largest error of every element, and the largest magnitudes on the way to the result.

    error: of the result. size, growth: any partial sum is at most size (1 + growth). before_bias: the largest magnitude
    of a result that is rounded before its bias is added, 0 where there is no such result.
    """

    error: Floats
    size: Floats
    growth: float
    before_bias: Floats | float

    @property
    def largest_sum(self) -> float:
        return float(self.size.max(initial=0.0)) * (1 + self.growth)


def bound(sums: Sums, operands: Operands, accuracy: AccuracyClass, *, flushed: bool) -> Bound:
    """Apply the theorem. All arrays have the shape (N, M, OH, OW), or one that broadcasts to it.

    An implementation that may keep sums in 16 bits may also round them to 16 bits at the end, before and after the
    bias.
    """
    limits = _bound(sums, operands, accuracy, flushed=flushed)
    if is_wide(accuracy.accumulator.name):
        return limits
    wide = _bound(sums, operands, accuracy_class("A-tc", accuracy.output.name), flushed=flushed)
    before_bias = np.maximum(limits.before_bias, wide.before_bias)
    return replace(limits, error=np.maximum(limits.error, wide.error), before_bias=before_bias)


def _bound(sums: Sums, operands: Operands, accuracy: AccuracyClass, *, flushed: bool) -> Bound:
    c, inner, outer = accuracy.neighbours, accuracy.accumulator, accuracy.output
    has_bias = operands.bias != 0
    if accuracy.pieces is not None:
        sums = replace(sums, terms=sums.terms * accuracy.pieces.products)
    of_bias, growths = _growths(int(sums.terms.max(initial=0)) + 1, accuracy)
    additions = np.maximum(sums.terms + has_bias - 1, 0).astype(np.intp)
    grown = sums.magnitude if accuracy.input is None else _grown(operands, accuracy)
    size = grown + np.abs(operands.bias)

    error: Floats = growths[additions] * np.minimum(grown, LARGEST)  # where G is 0, infinity times G would be NaN
    if has_bias.any():
        error += of_bias[additions] * np.abs(operands.bias)
    if accuracy.pieces is not None:
        error += _lacking(sums, operands, accuracy, flushed=flushed)
    elif accuracy.input is not None:
        error += grown - sums.magnitude
    # The smallest subnormal is multiplied last: half of float64's is not a number of float64.
    error += (c * 0.5 * (1 + growths[-1]) * sums.terms) * inner.tiny
    if flushed:
        error += _lost(sums, operands, accuracy) * (1 + growths[-1])

    before_bias: Floats | float = 0.0
    if accuracy.is_narrowed:
        smallest = outer.normal if flushed else c * 0.5 * outer.tiny
        exact = np.abs(sums.high)
        error += c * outer.unit * (exact + error) + smallest
        before_bias = np.where(has_bias, exact + error, 0.0)
        with_bias = np.abs(sums.high + operands.bias)
        error = np.where(has_bias, error + c * outer.unit * (with_bias + error) + smallest, error)
    # The reference errs too, and so does the arithmetic of this bound and of the comparison with it.
    error *= 1 + SLACK
    error += sums.error
    error += (SLACK * inner.unit) * size
    return Bound(error, size, float(growths[-1]), before_bias)


def largest_square(limit: float) -> int:
    """The largest integer whose square stays below a computed limit.

    It stays below by a share of 2^-10. The bounds that make up the limit, and those that judge integers of this size,
    are off by shares of at most 2^-30.
    """
    return math.isqrt(int(limit * (1 - 2.0**-10)))


def _growths(most_additions: int, accuracy: AccuracyClass) -> tuple[Floats, Floats]:
    """H and G for each number of rounding additions."""
    additions = np.arange(most_additions + 1.0)
    if is_wide(accuracy.accumulator.name):
        to_nearest = accuracy.neighbours == 1
        additions = compensated.additions(most_additions, accuracy.addition, to_nearest=to_nearest)
    of_sums = additions * np.log1p(accuracy.addition)
    return np.expm1(of_sums), np.expm1(np.log1p(accuracy.product) + of_sums)


def _grown(operands: Operands, accuracy: AccuracyClass) -> Floats:
    """A', the sum of |x||w| after each factor has grown by its rounding to the input format, rounded upwards.

    With pieces, each factor grows to the sum of the sizes of its pieces.
    """
    assert accuracy.input is not None
    rounding, smallest = 2 * accuracy.input.unit, accuracy.input.tiny
    if accuracy.pieces is not None:
        rounding, smallest = pieces.growth(accuracy.input), accuracy.pieces.count * smallest

    def grow(values: Floats) -> Floats:
        grown: Floats = np.abs(values) * (1 + rounding) + smallest * (values != 0)
        return grown

    terms = operands.weight[0].size
    sums: Floats = operands.meet(grow(operands.input), grow(operands.weight)) * _upwards(terms + 8)
    return sums


def _upwards(roundings: int) -> float:
    """The factor that makes up for a number of float64 roundings of non-negative numbers, to the first order.

    `_grown` needs terms + 8. A grown factor is rounded 3 times at most: 1 + rounding, the product, and the sum. Their
    product is rounded once more, and the terms are added up by terms - 1 additions, which makes 6 + 1 + terms - 1; and
    two more are this factor's own, and the multiplication by it. The second order is some (n / 2^53)^2 of a sum of n
    products that are not zero, which is less than a rounding of the error: that is n 2^-23 of the sum, or more.
    """
    return 1 + roundings * 2.0**-53


def _lacking(sums: Sums, operands: Operands, accuracy: AccuracyClass, *, flushed: bool) -> Floats:
    """The most that the products of pieces lack of the products."""
    assert accuracy.input is not None
    assert accuracy.pieces is not None
    smallest = accuracy.input.normal if flushed else accuracy.input.tiny
    largest = float(np.abs(operands.input).max(initial=0) + np.abs(operands.weight).max(initial=0))
    lacking: Floats = accuracy.pieces.lacking(accuracy.input) * sums.magnitude
    return lacking + (2 * smallest * (largest + 4 * smallest)) * sums.terms


def _lost(sums: Sums, operands: Operands, accuracy: AccuracyClass) -> Floats:
    """The most that flushing can lose: factors, products and partial sums, the bias, and the result."""
    of_sums: Floats = (2 * sums.terms + (operands.bias != 0) + 2) * accuracy.accumulator.normal
    return of_sums + lost_leaves(operands, accuracy)


def lost_leaves(operands: Operands, accuracy: AccuracyClass) -> Floats:
    """The most that is lost by flushing factors and biases before anything is computed."""
    x, w, bias = np.abs(operands.input), np.abs(operands.weight), np.abs(operands.bias)
    smallest = vanishing(accuracy, flushed=True)
    lost: Floats = np.where(bias < accuracy.output.normal, bias, 0.0)
    if (x < smallest).any():
        lost = lost + operands.meet(np.where(x < smallest, x, 0), w)
    if (w < smallest).any():
        lost = lost + operands.meet(x, np.where(w < smallest, w, 0))
    return lost


def vanishing(accuracy: AccuracyClass, *, flushed: bool) -> float:
    """The magnitude below which a factor may count as zero: it is flushed, or rounded to a neighbour that is zero."""
    if flushed:
        return max(accuracy.output.normal, 0.0 if accuracy.input is None else accuracy.input.normal)
    return 0.0 if accuracy.input is None else accuracy.input.tiny
