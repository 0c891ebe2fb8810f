"""Weighted sums over the planes of a large array, tile by tile, so that memory holds the array and little else."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

import numpy as np

from conv2d_conformance.contract.arrays import Array, Floats
from conv2d_conformance.full_size.field import (
    ALONE,
    P,
    Residues,
    halves,
    joined,
    longest,
    parts,
    product_of_residues,
    reduced,
)
from conv2d_conformance.full_size.whole_numbers import NoSuchSum, WholeNumbers

TILE = 1 << 16
"""Elements that are processed together: as float64 they stay in the cache of a core."""

BAND = 1 << 20
"""Elements whose sums along a row are processed together."""

FLAT = 1 << 12
"""Axes of at most this many elements together are treated as one where each element has one coefficient."""

Task = TypeVar("Task")
Computed = TypeVar("Computed")


@dataclass(frozen=True, slots=True)
class Band:
    """Some rows of some channels of some images: all rows where there are several channels, all of several images."""

    images: slice
    channels: slice
    rows: slice

    @property
    def shape(self) -> tuple[int, int, int]:
        return (length(self.images), length(self.channels), length(self.rows))

    def index(self, place: int, width: int) -> tuple[int, ...]:
        """The index (n, c, h, w) of an element from its place in the band."""
        n, c, h, w = (int(i) for i in np.unravel_index(place, (*self.shape, width)))
        return self.images.start + n, self.channels.start + c, self.rows.start + h, w


def weighted(
    values: Array,
    images: Residues,
    rows: Residues,
    columns: Residues,
    numbers: WholeNumbers,
    *,
    examined: bool = False,
) -> Residues:
    """The sums of integers (N, C, H, W) over images, rows and columns: residues (C, KH, KW, k).

    Element (c, kh, kw, i) is sum_n images[n, i] sum_hw rows[h, kh, i] columns[w, kw, i] values[n, c, h, w], modulo p.
    Where they are `examined`, NoSuchSum for the first element that is none of the `numbers`; otherwise the elements
    are known to be such numbers, and rows without a coefficient are not read.
    """
    N, C, H, W = values.shape
    KH, KW, k = rows.shape[1], columns.shape[1], images.shape[1]
    halved = halves(columns.reshape(W, KW * k))
    needed = np.asarray(rows.any(axis=(1, 2)))

    def of_band(band: Band) -> Residues | None:
        if not (examined or needed[band.rows].any()):
            return None
        block = values[band.images, band.channels, band.rows].reshape(-1, W)
        try:
            along = _along_rows(block, halved, numbers, examined=examined)
        except NoSuchSum as wrong:
            raise NoSuchSum(band.index(wrong.index[0], W), wrong.got) from None
        count, channels, height = band.shape
        along = along.reshape(count * channels, height, KW, k)
        found = np.empty((count, channels, KH, KW, k), np.int64)
        for i in range(k):
            of_rows = along[..., i].swapaxes(1, 2).reshape(-1, height)
            of_taps = product_of_residues(of_rows, rows[band.rows, :, i])
            found[..., i] = of_taps.reshape(count, channels, KW, KH).swapaxes(2, 3)
        return reduced((found * images[band.images, None, None, None] % P).sum(axis=0))

    total = np.zeros((C, KH, KW, k), np.int64)
    for band, found in in_threads(of_band, _bands(N, C, H, W)):
        if found is not None:
            total[band.channels] = (total[band.channels] + found) % P
    return total


def total(values: Array, axes: tuple[Residues, ...], numbers: WholeNumbers) -> Residues:
    """The sum of all elements, each times a coefficient (size, k) of each of its axes: residues (k,).

    NoSuchSum for the first element that is none of the `numbers`.
    """
    shape, k = values.shape, axes[0].shape[1]
    last = len(shape) - 1
    while last and math.prod(shape[last - 1 :]) <= FLAT:
        last -= 1
    first = last
    while first and math.prod(shape[first - 1 :]) <= BAND:
        first -= 1
    images, rows, columns = (_outer(axes[part], k) for part in (slice(first), slice(first, last), slice(last, None)))
    folded = values.reshape(len(images), 1, len(rows), len(columns))
    try:
        found = weighted(folded, images, rows[:, None], columns[:, None], numbers, examined=True)
    except NoSuchSum as wrong:
        place = np.ravel_multi_index(wrong.index, folded.shape)
        raise NoSuchSum(tuple(int(i) for i in np.unravel_index(place, shape)), wrong.got) from None
    of_all: Residues = found[0, 0, 0]
    return of_all


def _outer(axes: tuple[Residues, ...], k: int) -> Residues:
    """The coefficient of each element of several axes together: (size, k)."""
    found = np.ones((1, k), np.int64)
    for axis in axes:
        found = (found[:, None] * axis % P).reshape(-1, k)
    return found


def _along_rows(block: Array, halved: Floats, numbers: WholeNumbers, *, examined: bool) -> Residues:
    """The residues (R, k) of integers (R, W) times coefficients, given as their halves (W, 2k)."""
    height, width = block.shape
    lines_at_a_time = max(1, min(TILE, ALONE // halved.shape[1]) // width)
    pieces = [*parts(width, longest(numbers.largest))]
    room = np.empty((min(lines_at_a_time, height), width))
    products = np.empty((len(pieces), height, halved.shape[1]))
    for lines in parts(height, lines_at_a_time):
        tile = widened(block[lines])
        if examined:
            try:
                tile = numbers.of(tile)
            except NoSuchSum as wrong:
                raise NoSuchSum((lines.start * width + wrong.index[0],), wrong.got) from None
        wide = room[: len(tile)]
        wide[...] = tile
        for piece, of_piece in zip(pieces, products, strict=True):
            np.matmul(wide[:, piece], halved[piece], out=of_piece[lines])
    return reduced(sum(joined(of_piece) for of_piece in products))


def widened(values: Array) -> Array:
    """The elements in a dtype that NumPy computes with quickly: it converts 16-bit numbers one by one."""
    if values.dtype.name == "bfloat16":
        words = values.view(np.uint16).astype(np.uint32)
        words <<= 16
        return words.view(np.float32)
    if values.dtype == np.float16:
        return _FLOAT16[values.view(np.uint16)]
    return values


_FLOAT16 = np.arange(1 << 16, dtype=np.uint16).view(np.float16).astype(np.float32)
"""All numbers of float16, by their bits."""


def in_threads(function: Callable[[Task], Computed], items: Iterator[Task]) -> Iterator[tuple[Task, Computed]]:
    """The results in the order of the items. NumPy computes without the lock of the interpreter."""
    with ThreadPoolExecutor(processors()) as executor:
        futures = [(item, executor.submit(function, item)) for item in items]
        try:
            for item, future in futures:
                yield item, future.result()
        finally:
            executor.shutdown(cancel_futures=True)


def processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def length(part: slice) -> int:
    """The number of elements of a slice with a step of 1."""
    return int(part.stop - part.start)


def _bands(N: int, C: int, H: int, W: int) -> Iterator[Band]:
    height = min(H, max(1, BAND // W))
    channels = min(C, max(1, BAND // (W * H)))
    images = max(1, BAND // (W * H * C))
    return (Band(*places) for places in product(parts(N, images), parts(C, channels), parts(H, height)))
