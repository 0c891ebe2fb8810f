"""Class B: Winograd's algorithm with output tiles of m, on the points 0, 1, -1, 2, -2, 1/2, -1/2, ... and infinity.

Along one axis, m outputs of a kernel of r taps are A^T ((G g) * (B^T d)), with t = m + r - 1 input cells d and the
matrices of Cook and Toom, and in two dimensions A^T (sum_c (G g_c G^T) * (B^T d_c B)) A. Every computed value is a sum
of products of data and constants, each with a factor (1 + e), |e| <= u, for every rounding on its path. If no path has
more than N roundings,

    |computed - exact| <= ((1 + u)^N - 1) |A^T| (sum_c (|G| |g_c| |G^T|) * (|B^T| |d_c| |B|)) |A|.

With X_c the largest |x| of channel c in any tile that can hold the window, |B^T| |d_c| |B| is at most X_c times the
outer product of the row sums of |B^T|, so that the right-hand side is at most a sum over the channels of X_c times a
constant of the filter. Underflow adds an absolute error to each product, which is carried to the result alike.

Path: along an axis a constant may be rounded once and multiplied once, and a sum of k terms rounds k - 1 times, so that
G costs r + 1, B^T and A^T each t + 1; one more for the product of the transforms, C//groups for the sum over the
channels and one for the bias. Scaling the rows of the three matrices, as implementations do, changes neither side.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from conv2d_conformance.law.bound import Operands
from conv2d_conformance.law.classes import AccuracyClass
from conv2d_reference import lowered

Floats = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.object_]

POINTS = tuple(map(Fraction, ("0", "1", "-1", "2", "-2", "1/2", "-1/2", "4", "-4", "1/4", "-1/4", "3", "-3", "1/3")))


MOST_CELLS = 8
"""Of an input tile along an axis: libraries go no further, since from there on the errors outgrow the products."""

SCALING = 64.0
"""Rows of the transforms may be scaled by so much, which changes what underflows and nothing else."""


def covers(operands: Operands, accuracy: AccuracyClass) -> bool:
    """Whether the class expects Winograd's algorithm to compute the call."""
    unit_steps = operands.placement["stride"] == operands.placement["dilation"] == (1, 1)
    return unit_steps and accuracy.tile is not None and suits(accuracy.tile, operands.weight.shape[2:])


def suits(tile: int, kernel: tuple[int, ...]) -> bool:
    """Whether a kernel has more than one tap, and with this output tile an input tile that is not too large."""
    return 1 < max(kernel) <= MOST_CELLS + 1 - tile


@cache
def transforms(tile: int, taps: int) -> tuple[Matrix, Matrix, Matrix]:
    """A^T (m, t), G (t, r) and B^T (t, t), exactly."""
    size = tile + taps - 1
    if taps == 1:
        return _exact(np.eye(tile)), _exact(np.ones((tile, 1))), _exact(np.eye(tile))
    points = POINTS[: size - 1]
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


def _coefficients(roots: tuple[Fraction, ...]) -> list[Fraction]:
    """Of the product of (x - root), from the constant on."""
    result = [Fraction(1)]
    for root in roots:
        shifted = [Fraction(0), *result]
        result = [a - root * b for a, b in zip(shifted, [*result, Fraction(0)], strict=True)]
    return result


def _exact(matrix: Any) -> Matrix:
    exact: Matrix = np.vectorize(Fraction, otypes=[object])(matrix)
    return exact


def error(operands: Operands, accuracy: AccuracyClass) -> tuple[Floats, Floats]:
    """The bound of the error, and of the magnitude of any intermediate sum, for every element (N, M, OH, OW)."""
    assert accuracy.tile is not None
    KH, KW = operands.weight.shape[2:]
    channels = operands.weight.shape[1]
    largest = _largest_near(operands, accuracy.tile)
    roundings = sum(_roundings(accuracy.tile, taps) for taps in (KH, KW)) + channels + 2
    growth = np.expm1(roundings * np.log1p(accuracy.accumulator.unit))
    with np.errstate(over="ignore"):  # what passes the largest number is not held to anything
        size = _channel_sum(largest, _filter_constants(operands.weight, accuracy.tile), operands)
        size = (size + np.abs(operands.bias)) * (1 + (channels + 64) * 2.0**-52)
        underflow = _underflow(largest, operands, accuracy) * (1 + growth)
        return growth * size + underflow, size * (1 + growth)


@cache
def largest_integers(accuracy: AccuracyClass, channels: int, kernel: tuple[int, int]) -> int:
    """The magnitude up to which integers, whatever their signs, have a bound below 1/2; 0 where there is none.

    What the bound and the sums on the way are for ones grows by no more than the square of the magnitude.
    """
    placement = {
        "stride": (1, 1),
        "dilation": (1, 1),
        "groups": 1,
        "pads": ((0, 0), (0, 0)),
        "padding_mode": "zeros",
    }
    operands = Operands(np.ones((1, channels, *kernel)), np.ones((1, channels, *kernel)), np.ones((1, 1, 1)), placement)
    of_one, largest_sum = (float(limit.max()) for limit in error(operands, accuracy))
    if accuracy.is_narrowed:
        of_one += 2 * accuracy.output.unit * (operands.weight.size + 2 + 2 * of_one)
    return math.isqrt(int(min(0.5 / of_one, accuracy.output.largest / largest_sum) * (1 - 2.0**-10)))


def _roundings(tile: int, taps: int) -> int:
    return 0 if taps == 1 else (taps + 1) + 2 * (tile + taps)


def _underflow(largest: Floats, operands: Operands, accuracy: AccuracyClass) -> Floats:
    """What products below the smallest normal number lose, a smallest subnormal each, carried to the result.

    In one axis after the other, every element of a transform is a sum of t products with constants.
    """
    assert accuracy.tile is not None
    (a, g, b), (ta, tg, tb) = _row_sums(operands.weight.shape[2], accuracy.tile)
    (a2, g2, b2), (ta2, tg2, tb2) = _row_sums(operands.weight.shape[3], accuracy.tile)
    lost = SCALING * accuracy.accumulator.tiny
    of_filter, of_data = lost * (tg * g2 + tg2), lost * (tb * b2 + tb2)
    filters = np.abs(operands.weight).max(axis=(2, 3))  # (M, C // groups)
    by_data = _channel_sum(largest, np.full_like(filters, of_filter * b * b2), operands)
    by_filter = (g * g2 * of_data * filters + lost + of_filter * of_data).sum(axis=1).reshape(-1, 1, 1)
    carried: Floats = a * a2 * (by_data + by_filter) + lost * (ta * a2 + ta2)
    return carried


def _row_sums(taps: int, tile: int) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """The largest row sums of |A^T|, |G| and |B^T|, and the number of their columns."""
    matrices = transforms(tile, taps)
    return tuple(float(np.abs(m).sum(axis=1).max()) for m in matrices), tuple(m.shape[1] for m in matrices)


def _filter_constants(weight: Floats, tile: int) -> Floats:
    """(M, C//groups): what X_c is multiplied by, for the worst place in the tile."""
    (Ah, Gh, Bh), (Aw, Gw, Bw) = (
        tuple(np.abs(matrix).astype(np.float64) for matrix in transforms(tile, taps)) for taps in weight.shape[2:]
    )
    filters = Gh @ np.abs(weight) @ Gw.T
    data = np.outer(Bh.sum(axis=1), Bw.sum(axis=1))
    constants: Floats = (Ah @ (filters * data) @ Aw.T).max(axis=(2, 3))
    return constants


def _largest_near(operands: Operands, tile: int) -> Floats:
    """(N, C, OH, OW): the largest |x| of a channel in any tile that can hold the window of an element."""
    padded = np.abs(lowered.pad(operands.input, operands.placement["pads"], operands.placement["padding_mode"]))
    for axis, taps in ((2, operands.weight.shape[2]), (3, operands.weight.shape[3])):
        reach = tile - 1 if taps > 1 else 0
        widths = [(0, 0)] * 4
        widths[axis] = (reach, reach)
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(padded, widths), taps + 2 * reach, axis=axis)
        padded = windows.max(axis=-1)
    return padded


def _channel_sum(largest: Floats, constants: Floats, operands: Operands) -> Floats:
    placement = {**operands.placement, "pads": ((0, 0), (0, 0)), "padding_mode": "zeros"}
    return lowered.conv2d(largest, constants[:, :, None, None], **placement)
