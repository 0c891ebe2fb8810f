"""Class B: Winograd's algorithm with output tiles of at most m along each axis, or as class A.

In two dimensions it computes A^T (sum_c (G g_c G^T) * (B^T d_c B)) A, with the matrices of `transforms`, one axis after
the other. Every computed value is a sum of products of data and constants, each with a factor (1 + e), |e| <= u, for
every rounding on its path, u being the unit of the accumulator: 16-bit data are transformed in float32. If no path has
more than N roundings,

    |computed - exact| <= ((1 + u)^N - 1) |A^T| (sum_c (|G| |g_c| |G^T|) * (|B^T| |d_c| |B|)) |A|.

With X_c the largest |x| of channel c in any tile that can hold the window, |B^T| |d_c| |B| is at most X_c times the
outer product of the row sums of |B^T|, so that the right-hand side is at most

    sum_c X_c T |g_c| T'^T,   T = |A^T| diag(row sums of |B^T|) |G|, and T' that of the other axis,

of which the class takes the largest element, over the rows of T and T' and over all tiles and points that it admits.
Scaling the rows of the three matrices, as implementations do, changes neither side.

Path: along an axis a constant may be rounded once and multiplied once, and a sum of k terms rounds k - 1 times, so that
G costs r + 1, B^T and A^T each t + 1; one more for the product of the transforms, C//groups for the sum over the
channels and one for the bias.

Where X_c is 0 for every channel, all transforms of the data are zeros, and so are their products and sums: the answer
is the bias. An answer further than m - 1 cells beside all data that are not zero is exact, then, whatever the points.

Underflow adds an absolute error to each product, which is carried to the result alike; flushing, where it is declared,
takes away up to the smallest normal number from each product and each sum.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Floats
from conv2d_conformance.law.bound import Operands, bound, largest_square
from conv2d_conformance.law.classes import AccuracyClass
from conv2d_conformance.law.transforms import MOST_CELLS, amplification, magnitudes
from conv2d_reference import lowered
from conv2d_reference.oracle import sums

SMALLEST_TILE = 2

SCALING = 64.0
"""Rows of the transforms may be scaled by this factor, both axes together. It changes only what underflows."""


def covers(operands: Operands, accuracy: AccuracyClass) -> bool:
    """Whether the class expects Winograd's algorithm to compute the call."""
    unit_steps = operands.placement["stride"] == operands.placement["dilation"] == (1, 1)
    return unit_steps and accuracy.tile is not None and suits(SMALLEST_TILE, operands.weight.shape[2:])


def suits(tile: int, kernel: tuple[int, ...]) -> bool:
    """Whether a kernel has more than one tap, and its input tile for this output tile is not too large."""
    return 1 < max(kernel) <= MOST_CELLS + 1 - tile


def largest_tile(accuracy: AccuracyClass, taps: int) -> int:
    """The class's largest tile along an axis with `taps` taps; 1 where one tap leaves nothing to transform."""
    assert accuracy.tile is not None
    return 1 if taps == 1 else min(accuracy.tile, MOST_CELLS + 1 - taps)


def roundings(accuracy: AccuracyClass, channels: int, kernel: tuple[int, ...]) -> int:
    """The most roundings on any path: N of the proof."""
    of_axes = ((taps + 1) + 2 * (largest_tile(accuracy, taps) + taps) for taps in kernel if taps > 1)
    return sum(of_axes) + channels + 2


def error(operands: Operands, accuracy: AccuracyClass, *, flushed: bool) -> tuple[Floats, Floats]:
    """Bounds on the error, and on the magnitude of any intermediate sum, for every element (N, M, OH, OW)."""
    KH, KW = operands.weight.shape[2:]
    channels = operands.weight.shape[1]
    largest = _largest_near(operands, accuracy)
    growth = math.expm1(roundings(accuracy, channels, (KH, KW)) * math.log1p(accuracy.accumulator.unit))
    bias = np.abs(operands.bias)
    with np.errstate(over="ignore", invalid="ignore"):  # an overflow leads to a bound that allows anything
        constants = _filter_constants(operands.weight, accuracy)
        size = (_channel_sum(largest, constants, operands) + bias) * _upwards(channels)
        underflow = _underflow(largest, operands, accuracy, flushed=flushed) * (1 + growth)
        error = growth * size + underflow
        near = _channel_sum((largest > 0).astype(np.float64), np.ones_like(constants), operands) > 0
        on_the_way = np.maximum(size, _largest_transforms(largest, operands, accuracy)) * (1 + growth)
        return np.where(near, error, 0.0), on_the_way


@cache
def largest_integers(accuracy: AccuracyClass, channels: int, kernel: tuple[int, int]) -> int:
    """The largest magnitude of integers, of any signs, whose bound is below 1/2; 0 where there is none.

    The bound and the intermediate sums for ones grow by at most the square of the magnitude.
    """
    placement: dict[str, Any] = {
        "stride": (1, 1),
        "dilation": (1, 1),
        "groups": 1,
        "pads": ((0, 0), (0, 0)),
        "padding_mode": "zeros",
    }
    operands = Operands(np.ones((1, channels, *kernel)), np.ones((1, channels, *kernel)), np.ones((1, 1, 1)), placement)
    of_one, largest_sum = (float(limit.max()) for limit in error(operands, accuracy, flushed=False))
    if accuracy.is_narrowed:
        of_one += 2 * accuracy.output.unit * (operands.weight.size + 2 + 2 * of_one)
    in_order = bound(sums(operands.input, operands.weight, **placement, exact=False), operands, accuracy, flushed=False)
    of_one = max(of_one, float(in_order.error.max()))
    return largest_square(min(0.5 / of_one, accuracy.output.largest / largest_sum))


def _upwards(channels: int) -> float:
    """The factor that makes up for evaluating the bound in float64: 2 (channels + 64) roundings, of 2^-53 each.

    All numbers are non-negative, so only the longest path counts. An element of T is rounded at most 17 times: an
    element of G and the row sum that multiplies it, over at most 8 cells, make 1 + 7 + 1; the sum of its products with
    A^T over the same cells makes 8. Both axes make 34. Applying T to at most 7 taps along each axis makes 14, the sum
    over the channels as many as there are channels, and the bias 1. The growth is two functions of 8 roundings each,
    and a product: 17. Multiplying by this factor and by the growth, and adding the underflow, makes 4 with the factor
    itself. Together they are channels + 70.

    Let u = 2^-53. Those roundings leave at least 1 - (channels + 70) u, and this factor is 1 + (2 channels + 128) u.
    The product is at least 1 where channels + 58 >= (channels + 70) (2 channels + 128) u, as for up to 2^51 channels.
    """
    return 1 + (channels + 64) * 2.0**-52


def _underflow(largest: Floats, operands: Operands, accuracy: AccuracyClass, *, flushed: bool) -> Floats:
    """The loss of products below the smallest normal number, a smallest subnormal each, carried to the result.

    Axis by axis, every element of a transform is a sum of t products with constants. With flushing, a product and the
    sum that it joins each lose up to a smallest normal number; so do the sum with the bias and the result.
    """
    (a, g, b), (ta, tg, tb) = _row_sums(operands.weight.shape[2], accuracy)
    (a2, g2, b2), (ta2, tg2, tb2) = _row_sums(operands.weight.shape[3], accuracy)
    lost = SCALING * (2 * accuracy.accumulator.normal if flushed else accuracy.accumulator.tiny)
    of_filter, of_data = lost * (tg * g2 + tg2), lost * (tb * b2 + tb2)
    filters = np.abs(operands.weight).max(axis=(2, 3))  # (M, C // groups)
    by_data = _channel_sum(largest, np.full_like(filters, of_filter * b * b2), operands)
    by_filter = (g * g2 * of_data * filters + lost + of_filter * of_data).sum(axis=1).reshape(-1, 1, 1)
    carried: Floats = a * a2 * (by_data + by_filter) + lost * (ta * a2 + ta2 + 1)
    return carried


def _largest_transforms(largest: Floats, operands: Operands, accuracy: AccuracyClass) -> Floats:
    """The largest magnitude in the transforms of the data of a tile and of the filter: (N, M, OH, OW)."""
    (_, g, b), (_, g2, b2) = (_row_sums(taps, accuracy)[0] for taps in operands.weight.shape[2:])
    of_filters = g * g2 * np.abs(operands.weight).max(axis=(1, 2, 3)).reshape(-1, 1, 1)
    of_data = b * b2 * largest.max(axis=1, keepdims=True)
    transforms: Floats = np.maximum(of_filters, of_data)
    return transforms


def _row_sums(taps: int, accuracy: AccuracyClass) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """The largest row sums of |A^T|, |G| and |B^T| that the class admits, and the number of their columns."""
    admitted = zip(*magnitudes(largest_tile(accuracy, taps), taps), strict=True)
    by_name = [tuple(matrices) for matrices in admitted]
    return (
        tuple(max(float(matrix.sum(axis=1).max()) for matrix in matrices) for matrices in by_name),
        tuple(max(matrix.shape[1] for matrix in matrices) for matrices in by_name),
    )


def _filter_constants(weight: Floats, accuracy: AccuracyClass) -> Floats:
    """(M, C//groups): the factor of X_c for the worst place in the worst tile."""
    of_rows, of_columns = (amplification(largest_tile(accuracy, taps), taps) for taps in weight.shape[2:])
    constants: Floats = (of_rows @ np.abs(weight) @ of_columns.T).max(axis=(2, 3))
    return constants


def _largest_near(operands: Operands, accuracy: AccuracyClass) -> Floats:
    """(N, C, OH, OW): the largest |x| of a channel in any tile that can hold the window of an element."""
    padded = np.abs(lowered.pad(operands.input, operands.placement["pads"], operands.placement["padding_mode"]))
    for axis, taps in ((2, operands.weight.shape[2]), (3, operands.weight.shape[3])):
        reach = largest_tile(accuracy, taps) - 1
        widths = [(0, 0)] * 4
        widths[axis] = (reach, reach)
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(padded, widths), taps + 2 * reach, axis=axis)
        padded = windows.max(axis=-1)
    return padded


def _channel_sum(largest: Floats, constants: Floats, operands: Operands) -> Floats:
    placement = {**operands.placement, "pads": ((0, 0), (0, 0)), "padding_mode": "zeros"}
    return lowered.conv2d(largest, constants[:, :, None, None], **placement)
