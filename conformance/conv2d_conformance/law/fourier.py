"""Class C: by the fast Fourier transform of whole planes, or as class A.

With X_c the transform of channel c of the padded input and W_c that of the filter, zeros filled in between its taps, an
output plane is the inverse transform of Z = sum_c X_c conj(W_c). Norms of planes are Euclidean, |.|_1 is the sum of
magnitudes. The class consists of transforms of T points whose result errs by at most phi times its norm, where

    phi = 16 u log2(T).

Whatever goes by butterflies of at most 11 points, with constants that are rounded correctly, is among them: each of its
stages is a multiple of a unitary matrix. Where r points meet, sums of r complex products err by at most (r + 3) u times
the sums of magnitudes, whose norm is at most sqrt(r) times that of the result, and twiddle factors by 4u; and
(r + 3) sqrt(r) + 4 is below 15 log2(r) up to r = 11.

Proof of the bound. The transform of a plane has sqrt(T) times its norm. Let D_c and E_c be the errors of the computed
X_c and W_c, so that |D_c| <= phi sqrt(T) |x_c| and |E_c| <= phi sqrt(T) |w_c|. A product of two complex numbers errs by
less than 3u, and each of the C - 1 additions by u, so that every product keeps a factor 1 + d with |d| <= g,
1 + g = (1 + u)^(C + 2). By Cauchy's inequality the sum of all magnitudes of the error of Z is at most

    T ((1 + phi)^2 (1 + g) - 1) sum_c |x_c| |w_c|,

of which the inverse transform leaves at most one T-th in any element. The inverse transform itself adds at most
phi times the norm of its result, which is Z's divided by sqrt(T); and since no element of W_c is larger than |w_c|_1,

    |Z| <= (1 + g) (1 + phi) sqrt(T) sum_c |x_c| (|w_c|_1 + phi sqrt(T) |w_c|).

Together:

    error <= ((1 + phi)^2 (1 + g) - 1) sum_c |x_c| |w_c|
           + phi (1 + phi) (1 + g) sum_c |x_c| (|w_c|_1 + phi sqrt(T) |w_c|).                                     []

The addition of the bias rounds once more: by u of the bias, of this error, and of the sum itself, which is at most
sum_c |x_c| |w_c|.

T is not known; it is taken as that of a plane of twice the next power of two in each axis. Where the input is cut into
smaller planes, norms and T are smaller. Each of the fewer than 32 T log2(T) operations of a transform can lose the
smallest subnormal, which reaches each of its results at most once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Floats
from conv2d_conformance.law.bound import Operands, largest_square
from conv2d_conformance.law.classes import AccuracyClass
from conv2d_reference import lowered

FACTOR = 16.0
"""A transform of T points errs by at most FACTOR * u log2(T) times its norm."""

UPWARDS = 1 + 2.0**-30
"""Makes up for 2^23 float64 roundings, of 2^-53 each, of non-negative numbers.

A plane is summed in pairs, row by row, and has fewer than 2^23 rows. The bound needs sums over the channels of two
factors, about twenty more products and sums, and three functions, each accurate to some units in the last place.
"""


@dataclass(frozen=True, slots=True)
class Norms:
    """Norms of every channel of the padded input, (N, C), and of the filters, (M, C // groups): Euclidean, and sums."""

    x: Floats
    x_sum: Floats
    w: Floats
    w_sum: Floats


def error(operands: Operands, accuracy: AccuracyClass, *, flushed: bool) -> tuple[Floats, Floats]:
    """Bounds on the error, and on the magnitude of any intermediate number, for every plane: (N, M, 1, 1)."""
    placement = operands.placement
    with np.errstate(over="ignore", invalid="ignore"):  # an overflow leads to a bound that allows anything
        x, pads, mode = operands.input, placement["pads"], placement["padding_mode"]
        plane = tuple(size + sum(border) for size, border in zip(x.shape[2:], pads, strict=True))
        # Zeros do not change a norm.
        norms = Norms(*_norms(x if mode == "zeros" else lowered.pad(x, pads, mode)), *_norms(operands.weight))
        bound, largest = _of_norms(norms, plane, placement["groups"], accuracy, flushed=flushed)
        bias = np.abs(operands.bias)
        return bound + accuracy.accumulator.unit * (bound + bias), largest + bias


def _norms(planes: Floats) -> tuple[Floats, Floats]:
    size = np.abs(planes)
    largest = size.max(axis=(2, 3), initial=0.0)
    scale = np.where(largest == 0, 1.0, largest)  # keeps squares from overflow and underflow
    euclidean = scale * np.sqrt(np.square(size / scale[:, :, None, None]).sum(axis=(2, 3)))
    return euclidean * UPWARDS, size.sum(axis=(2, 3)) * UPWARDS


def _of_norms(
    norms: Norms, plane: tuple[int, ...], groups: int, accuracy: AccuracyClass, *, flushed: bool
) -> tuple[Floats, Floats]:
    u = accuracy.accumulator.unit
    lost = accuracy.accumulator.normal if flushed else accuracy.accumulator.tiny
    points = math.prod(2.0 ** (1 + math.ceil(math.log2(side))) for side in plane)
    phi = FACTOR * u * math.log2(points)
    of_sums = (norms.w.shape[1] + 2) * math.log1p(u)
    growth = math.expm1(2 * math.log1p(phi) + of_sums)

    def meet(x: Floats, w: Floats) -> Floats:
        placement: dict[str, Any] = {"stride": (1, 1), "dilation": (1, 1), "groups": groups}
        placement |= {"pads": ((0, 0), (0, 0)), "padding_mode": "zeros"}
        return lowered.conv2d(x[:, :, None, None], w[:, :, None, None], **placement)

    size = meet(norms.x, norms.w)
    bound = growth * size + u * size
    bound += phi * math.exp(math.log1p(phi) + of_sums) * meet(norms.x, norms.w_sum + phi * math.sqrt(points) * norms.w)
    rest = 32 * points * math.log2(points) * lost
    bound += 2 * rest * (meet(norms.x_sum, np.ones_like(norms.w)) + meet(np.ones_like(norms.x), norms.w_sum))
    bound += 2 * rest * (1 + norms.w.shape[1] * rest)
    largest = 2 * points * meet(norms.x_sum, norms.w_sum)
    return bound * UPWARDS, largest


@cache
def largest_integers(accuracy: AccuracyClass, channels: int, kernel: tuple[int, int], plane: tuple[int, int]) -> int:
    """The largest magnitude of integers, of any signs, whose bound is below 1/2; 0 where there is none."""
    pixels, taps = float(math.prod(plane)), float(math.prod(kernel))
    of_one = (np.full((1, channels), norm) for norm in (math.sqrt(pixels), pixels, math.sqrt(taps), taps))
    bound = float(_of_norms(Norms(*of_one), plane, 1, accuracy, flushed=False)[0].max())
    terms = channels * taps + 1
    u = accuracy.accumulator.unit
    bound = max(bound + u * (bound + 1), 2 * u * terms * terms)  # the latter of class A, for any order
    if accuracy.is_narrowed:
        bound += 2 * accuracy.output.unit * (terms + 1 + 2 * bound)
    return largest_square(0.5 / bound)


@cache
def keeps_pixels(accuracy: AccuracyClass, largest: int, plane: tuple[int, int]) -> bool:
    """Whether integers up to `largest` stay nearest to what comes where one tap of a filter is 1 or -1, the rest zero.

    The other channels count for nothing: a filter of zeros has a transform of zeros, so that its products are zero, and
    adding them rounds nothing.
    """
    pixels, w = math.prod(plane), np.ones((1, 1))
    norms = Norms(np.full((1, 1), largest * math.sqrt(pixels)), np.full((1, 1), float(largest * pixels)), w, w)
    bound = float(_of_norms(norms, plane, 1, accuracy, flushed=True)[0].max())
    bound += accuracy.accumulator.unit * (bound + largest)
    if accuracy.is_narrowed:
        bound += 2 * (accuracy.output.unit * 2 * (largest + bound) + accuracy.output.normal)
    return bound < 0.5
