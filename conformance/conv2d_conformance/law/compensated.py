"""How much compensated sums may err, counted in additions of a tree.

Kahan's summation keeps s and c, both 0 at first, and for each number x computes

    y = x - c,   s' = s + y,   c' = (s' - s) - y,

every operation rounded to nearest. It is no tree: to add a zero is to add -c, which rounds s again. Some return s - c,
which is the same. Let x_1 .. x_n be the numbers that are not zero, in their order, with any zeros in between and after,
A the sum of their magnitudes and u the unit.

Lemma. The answer errs by at most 1.5 u A for n = 2, 2.5 u A for n = 3 and 3 u A for more, and for n > 2 by 10 n u^2 A.

Proof. Let s' = s + y + d, so that d is what the addition rounds, and RN(s' - s) = y + d + g. Since y is a number,
|g| <= |d|, and the subtraction of y is exact: c' = d + g, |c'| <= 2 |d|. The number e = s - c carries the sum:
e' = e + x + h - g, where h is what y rounds, |h| <= |c| since x is a number. If |y| <= |s|, then g = 0 (Dekker). A zero
changes nothing of e, for then y = -c, and |c| <= |s|. The answer is some s, which is e but for one rounding. So it errs
by sum (|h_k| + |g_k|) + u |e|, with |h_k| <= u |x_k - c| and |g_k| <= u |y + d|: 3 u A and terms of the second order.

The last step with what follows it: the answer is s', or a neighbour that a zero makes of it. Then c' is at least half
the distance to that neighbour and d a quarter, so that it is at most three quarters of a distance from s + y, which is
1.5 u |s + y|. For n = 2 that is all, since c = 0 and so h = 0.

n = 3: |g_2| <= |d_2| <= u |s_2|, where |s_2| is |x_1| + |x_2| but for the second order, and |h_3| <= u |x_3|. By
the last step, which needs no g_3, altogether u (|x_1| + |x_2| + |x_3| + 1.5 A) = 2.5 u A.                           []

Neumaier's summation, and others that find every error of an addition exactly and add up the errors apart, round their
result once, and for n = 2 it is the rounded sum: a tree errs by as much.

So a compensated sum of n numbers errs by as much as a tree, which has n - 1 additions, and half an addition more. The
numbers may be sums themselves, and its result may go into further sums: what else lies on the path from a leaf to the
result has as many additions less. Class A has every tree of plain and compensated sums with at most two compensated
ones on each path: lanes that are compensated and added up in a tree, blocks that are compensated and then added up by a
compensated sum. On a path of one addition there is one at most.

Where every operation is rounded the same way, up, down, towards zero or away from it, errors are up to v = 2u, and:

Lemma. The answer errs by at most (n - 1) v A, as that of a tree, but for 10 n v^2 A.

Proof. |h_k| <= v |x_k - c|. If |y| <= |s|, then s' - s is a number still: it is a multiple of the last place of y, or
of half that of s', and no larger than s. So g = 0, and c' is d rounded, which may lose v |d| at every number and, of
the zeros that follow it, at two: one that loses takes another s and |d| beyond a quarter of the distance of two sums,
so that all later d are multiples of what two such roundings keep. If |y| > |s|, |g| <= v |y + d|, and t - y is exact.

The last step: let z = s + y, and w the last place of y. The rounding is monotonic, so that where the answer is that of
z or of s' - c', and s' - c' lies between the neighbours of z, it is one of them. So it does where |y| <= |s|, and where
s and y have one sign and z twice the power of two below y or more: c' is 0 or on the same side as d, and at most the
distance of two sums, unless s' - s is rounded away from y to a number with half the places. Then s' was rounded that
way too, and so is s' - c', which comes back to the neighbour of z. Else s' - c', which errs by |g| < w <= v |y|, is
the answer, or is rounded towards z. Altogether the last step errs by at most v A, for n = 2 too.

The others: v (|x_3| + |x_2|) <= v A for n = 3, and for more v SUM (2 |x_k|) <= 2 v A.                                []

With ways of rounding mixed, by chance or otherwise, s' - c' may be rounded past the neighbour: 1.5 v A for n = 2. Sums
that find every error apart are rounded once, and err by v A and the second order.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def additions(most: int, rounding: float, *, to_nearest: bool) -> npt.NDArray[np.floating[Any]]:
    """For 0 .. `most` additions of plain and compensated sums: the additions of a tree that err by as much.

    rounding: the largest error of an operation: u to nearest, else 2u.
    """
    plain = np.arange(most + 1, dtype=np.float64)
    last_step = np.minimum(plain / 2, 1) if to_nearest else 0
    second_order = 2 * 10 * (plain + 1) * rounding
    return plain + np.where(plain > 0, last_step + second_order, 0)
