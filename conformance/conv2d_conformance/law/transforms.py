"""The transforms of Winograd's algorithm: the points that the classes B admit, and the magnitudes of their matrices.

Along one axis, m outputs of a kernel of r taps are A^T ((G g) * (B^T d)), with t = m + r - 1 input cells d and the
matrices of Cook and Toom for t - 1 points and infinity. A matrix is determined by the points up to factors of its rows.

The points are 0, then 1 and -1, then as many of 2, -2, 1/2 and -1/2 as are needed; seven at most.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from conv2d_conformance.contract.arrays import Floats

Matrix = npt.NDArray[np.object_]
Points = tuple[Fraction, ...]

MOST_CELLS = 8
"""The most cells of an input tile along an axis. Libraries stop here, since beyond it errors outgrow the products."""

_SMALLEST = (Fraction(0), Fraction(1), Fraction(-1))
_OTHERS = (Fraction(2), Fraction(-2), Fraction(1, 2), Fraction(-1, 2))


def points_for(tile: int, taps: int) -> tuple[Points, ...]:
    """The admitted sets of finite points for output tiles of `tile` cells. ValueError where there is none."""
    count = tile + taps - 2
    if not 0 < count < MOST_CELLS:
        raise ValueError(f"no points for tiles of {tile} and {taps} taps")
    if count <= 2:
        return tuple((_SMALLEST[0], *chosen) for chosen in combinations(_SMALLEST[1:], count - 1))
    return tuple((*_SMALLEST, *chosen) for chosen in combinations(_OTHERS, count - 3))


def matrices(tile: int, taps: int, points: Points) -> tuple[Matrix, Matrix, Matrix]:
    """A^T (m, t), G (t, r) and B^T (t, t), exact; the identity where one tap leaves nothing to transform."""
    size = tile + taps - 1
    if taps == 1:
        return _exact(np.eye(tile)), _exact(np.ones((tile, 1))), _exact(np.eye(tile))
    A = np.zeros((tile, size), object)
    G = np.zeros((size, taps), object)
    B = np.zeros((size, size), object)
    for j, point in enumerate(points):
        others = points[:j] + points[j + 1 :]
        scale = math.prod((point - other for other in others), start=Fraction(1))
        A[:, j] = [point**i for i in range(tile)]
        G[j] = [point**k / scale for k in range(taps)]
        B[j, : size - 1] = _coefficients(others)
    A[tile - 1, size - 1] = G[size - 1, taps - 1] = 1
    B[size - 1] = _coefficients(points)
    return A, G, B


@cache
def magnitudes(largest_tile: int, taps: int) -> tuple[tuple[Floats, Floats, Floats], ...]:
    """|A^T|, |G| and |B^T| for every tile from 2 on and every admitted set of points."""
    if taps == 1:
        return (_sizes(matrices(1, 1, ())),)
    return tuple(
        _sizes(matrices(tile, taps, points)) for tile in range(2, largest_tile + 1) for points in points_for(tile, taps)
    )


@cache
def amplification(largest_tile: int, taps: int) -> Floats:
    """The factors of the taps' magnitudes along an axis: a row for each place in each tile, (rows, r).

    These are the rows of |A^T| diag(row sums of |B^T|) |G|. A row that nowhere exceeds another is left out.
    """
    admitted = magnitudes(largest_tile, taps)
    rows: Floats = np.unique(np.vstack([A @ (G * B.sum(axis=1)[:, None]) for A, G, B in admitted]), axis=0)
    not_above = (rows[:, None] <= rows[None]).all(axis=2)  # each row is not above itself
    largest: Floats = rows[not_above.sum(axis=1) == 1]
    return largest


def _sizes(exact: tuple[Matrix, Matrix, Matrix]) -> tuple[Floats, Floats, Floats]:
    A, G, B = (np.abs(matrix).astype(np.float64) for matrix in exact)
    return A, G, B


def _coefficients(roots: Points) -> list[Fraction]:
    """The coefficients of the product of (x - root), the constant first."""
    result = [Fraction(1)]
    for root in roots:
        shifted = [Fraction(0), *result]
        result = [a - root * b for a, b in zip(shifted, [*result, Fraction(0)], strict=True)]
    return result


def _exact(matrix: Any) -> Matrix:
    exact: Matrix = np.vectorize(Fraction, otypes=[object])(matrix)
    return exact
