"""How much additions may err that round to either neighbour, and those of matrix engines.

Faithful rounding gives a number itself, or else either of its neighbours. Rounding towards zero, away from it, up,
down or at random is faithful, and so is double rounding: no rounding passes a number of the last format. Its error is
less than the distance of the neighbours: at most v times the exact value, v = 2u. A tree of such additions is the tree
of the theorem (`bound`) with u_a = v, and a product has u_p = v.

Matrix engines add j >= 2 numbers t at once, one of them the sum so far. One number of the largest exponent has
|t| >= 2^E, and is a multiple of q = v 2^(E - g), where g >= 0 is the number of guard bits. Each of the others is
rounded to a multiple of q, on either side. Their sum s is exact, and rounded to either neighbour in the accumulator.

Lemma. The result of a block of j <= 1 / (2 v) numbers, or of two, errs by at most (j - 1) v A, A = SUM |t|.

Proof. To align errs by less than (j - 1) q, or by nothing, and A >= 2^E. Let 2^(E + d) <= |s| < 2^(E + d + 1). The
neighbours of s are 2^(d + g) q apart and s is a multiple of q: to round it errs by at most (2^(d + g) - 1) q, and by
nothing where d + g <= 0. If nothing was lost before, it errs by v A. Else both together are less than

    e = (j - 2 + 2^max(d + g, 0)) q,   and 2^(d + g) q = v 2^(E + d).

If d <= 0, e <= (j - 2 + 2^g) q <= (j - 1) 2^g q = (j - 1) v 2^E. If d > 0 and A >= 2^(E + d), then likewise
e <= (j - 1) 2^(d + g) q <= (j - 1) v A. If d > 0 and A is less, then of two numbers one is a multiple of q, and the
other, and what it is rounded to, reach no further than what is left of 2^(E + d): |s| = 2^(E + d), which is a number,
and the error is less than q. Of more, A > |s| - (j - 1) q gives (j - 1) v A > ((j - 1) 2^(d + g) - (j - 1)^2 v) q,
which is e or more, since (j - 2) (2^(d + g) - 1) >= j - 2 >= (j - 1)^2 v.                                           []

So aligning and rounding a block cannot both err by their most: each addition counts as one more number, no more. With
each t multiplied by 1 + e, |e| <= (j - 1) v <= (1 + v)^(j - 1) - 1, a block is j - 1 additions on the path of a leaf,
and blocks may stand anywhere in a tree. Truncated sums of one number and many that are lost attain the bound.

A product with more bits than q leaves is rounded to a multiple of it first, which u_p pays for; products with the
exponent of their factors, which reach up to 2^(E + 2), are multiples of q all the more. Where a block of products has
a subnormal result, its rounding is the underflow of one of them.
"""

from __future__ import annotations

from conv2d_conformance.contract.formats import Format


def rounding(numbers: Format) -> float:
    """The relative error of a product, and of each addition."""
    return 2 * numbers.unit
