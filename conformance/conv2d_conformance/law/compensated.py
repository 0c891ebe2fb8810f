"""What sums that are compensated may err by, in additions of a tree.

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
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def additions(most: int, unit: float) -> npt.NDArray[np.floating[Any]]:
    """As many additions of a tree err by as much as 0 .. `most` additions of plain and compensated sums."""
    plain = np.arange(most + 1, dtype=np.float64)
    second_order = 2 * 10 * (plain + 1) * unit
    return plain + np.where(plain > 0, np.minimum(plain / 2, 1) + second_order, 0)
