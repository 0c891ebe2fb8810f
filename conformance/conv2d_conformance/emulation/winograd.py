"""Winograd's algorithm. Its matrices are not those of the law: they come from interpolation, not a formula.

Let E_n evaluate a polynomial of n coefficients at t - 1 points and at infinity. The product of a polynomial of m
coefficients and one of r has t = m + r - 1, and E_t of it is E_m of the one times E_r of the other. Transposed, that is
the sum of r taps at m places: E_m^T ((E_r g) * (E_t^-T d)). Each row of E_t^-T is multiplied by what makes it one of
integers, and that of E_r divided by it.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache, reduce
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.formats import Change, accumulator_of, as_it_is
from conv2d_conformance.emulation.orders import sequential
from conv2d_conformance.emulation.terms import summed, with_bias
from conv2d_reference.lowered import pad

FinitePoints = tuple[Fraction, ...]

USUAL_POINTS = tuple(map(Fraction, ("0", "1", "-1", "2", "-2", "1/2", "-1/2")))

MOST_CELLS = 8
"""Of an input tile along an axis."""


def winograd_tiles(
    call: Call,
    tile: int,
    *,
    points: FinitePoints = USUAL_POINTS,
    inputs: Change = as_it_is,
    transforms: Change = as_it_is,
    products: Change = as_it_is,
    sums: Change = as_it_is,
    result: Change = as_it_is,
) -> Array:
    """Output tiles of that many cells where there is neither stride nor dilation, on the first of the points.

    What goes through a change: the inputs; every product and sum of the three transforms; the products of the
    transforms; their sums over the channels; the result.
    """
    g = call.geometry
    wide = accumulator_of(call.input.dtype)
    if g.stride != (1, 1) or g.dilation != (1, 1) or not 1 < max(g.KH, g.KW) <= MOST_CELLS + 1 - tile:
        return summed(call, sequential)
    (Ah, Gh, Bh), (Aw, Gw, Bw) = (tuple(m.astype(wide) for m in matrices(tile, taps, points)) for taps in (g.KH, g.KW))
    x = inputs(np.asarray(call.input)).astype(wide)
    w = inputs(np.asarray(call.weight)).astype(wide)
    padded = pad(x if x.ndim == 4 else x[None], g.pads, g.padding_mode)
    rows, columns = (-(-size // tile) for size in (g.OH, g.OW))
    room = [(0, 0), (0, 0), (0, rows * tile - g.OH), (0, columns * tile - g.OW)]
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(padded, room), (len(Bh), len(Bw)), axis=(2, 3))
    cells = windows[:, :, ::tile, ::tile]  # (N, C, rows, columns, t, t)
    with np.errstate(all="ignore"):
        data = _transformed(Bh, cells, Bw, transforms)
        filters = _transformed(Gh, w, Gw, transforms)  # (M, C // groups, t, t)
        data = data.reshape(data.shape[0], g.groups, 1, g.C // g.groups, *data.shape[2:])
        filters = filters.reshape(1, g.groups, g.M // g.groups, g.C // g.groups, 1, 1, *filters.shape[2:])
        total = products(data[:, :, :, 0] * filters[:, :, :, 0])
        for c in range(1, g.C // g.groups):
            total = sums(total + products(data[:, :, :, c] * filters[:, :, :, c]))
        tiles = _transformed(Ah, total, Aw, transforms)  # (N, G, M // G, rows, columns, tile, tile)
    whole = tiles.swapaxes(-3, -2).reshape(-1, g.M, rows * tile, columns * tile)
    return result(with_bias(call, whole[:, :, : g.OH, : g.OW]))


@cache
def matrices(tile: int, taps: int, points: FinitePoints = USUAL_POINTS) -> tuple[Array, Array, Array]:
    """A^T, G and B^T, of fractions; one tap is not transformed."""
    if taps == 1:
        return tuple(
            np.vectorize(Fraction, otypes=[object])(m) for m in (np.eye(tile), np.ones((tile, 1)), np.eye(tile))
        )
    size = tile + taps - 1
    A, G, whole = (_evaluation(points[: size - 1], n) for n in (tile, taps, size))
    B = _inverse(whole).T
    scale = np.array([math.lcm(*(value.denominator for value in row)) for row in B], object)[:, None]
    return A.T, G / scale, B * scale


def _evaluation(points: FinitePoints, coefficients: int) -> Array:
    """Of a polynomial at the points, and its leading coefficient for infinity."""
    leading = [Fraction(0)] * (coefficients - 1) + [Fraction(1)]
    return np.array([*([point**k for k in range(coefficients)] for point in points), leading], object)


def _exact(matrix: Array) -> Array:
    exact: Array = np.vectorize(Fraction, otypes=[object])(matrix)
    return exact


def _inverse(matrix: Array) -> Array:
    """By elimination (Gauss and Jordan), exactly."""
    size = len(matrix)
    both = np.hstack([matrix, _exact(np.eye(size))])
    for k in range(size):
        pivot = next(row for row in range(k, size) if both[row, k] != 0)
        both[[k, pivot]] = both[[pivot, k]]
        both[k] = both[k] / both[k, k]
        for row in range(size):
            if row != k:
                both[row] = both[row] - both[row, k] * both[k]
    return both[:, size:]


def _transformed(left: Array, cells: Array, right: Array, change: Change) -> Array:
    """Left times the cells times right transposed, in the last two axes, one after the other."""
    if change is as_it_is:
        return left @ cells @ right.T
    return _along(right, _along(left, cells.swapaxes(-1, -2), change).swapaxes(-1, -2), change)


def _along(matrix: Array, cells: Array, change: Change) -> Array:
    """The matrix times the last axis, every product and every sum going through a change."""

    def of_row(row: Array) -> Any:
        used = [k for k in range(len(row)) if row[k] != 0]
        return reduce(lambda total, product: change(total + product), [change(row[k] * cells[..., k]) for k in used])

    return np.stack([of_row(row) for row in matrix], axis=-1)
