"""Convolution as a matrix product: every window becomes a column, every filter a row.

The geometry that the exact oracle needs, and `conv2d`, the fast forward that comes with it. The lowered matrix is built
block by block (some images, or some rows of one image), so that it stays in the cache and memory stays bounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Pair = tuple[int, int]
Pads = tuple[Pair, Pair]

BLOCK = 1 << 18  # elements of one block of the lowered matrix: 2 MiB of float64
WIDE = 3  # a border this many times larger than the rest of its axis is not laid out

_INDEX_MODES: dict[str, Any] = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def pad(image: Array, pads: Pads, mode: str) -> Array:
    """Image (N, C, H, W) with its borders, C-contiguous: (N, C, top + H + bottom, left + W + right)."""
    (top, bottom), (left, right) = pads
    N, C, H, W = image.shape
    if mode == "zeros":
        if top == bottom == left == right == 0:
            return np.ascontiguousarray(image)
        padded = np.zeros((N, C, top + H + bottom, left + W + right), image.dtype)
        padded[:, :, top : top + H, left : left + W] = image
        return padded
    rows = np.pad(np.arange(H), (top, bottom), _INDEX_MODES[mode])
    columns = np.pad(np.arange(W), (left, right), _INDEX_MODES[mode])
    return np.ascontiguousarray(image[:, :, rows[:, None], columns])


def laid_out(size: int, pads: Pair, outputs: int, kernel: int, mode: str) -> int:
    """The number of elements of the padded axis in memory.

    Where a border of zeros is much larger than the rest, these are the elements that the taps of all outputs read.
    """
    read, border = outputs * kernel, sum(pads)
    return read if mode == "zeros" and border > WIDE * max(size, read) else size + border


@dataclass(frozen=True, slots=True)
class _Axis:
    """The windows along a padded axis. `read` lists its elements in memory where the axis is not laid out whole."""

    stride: int
    dilation: int
    read: tuple[int, ...] | None = None

    @classmethod
    def of(cls, size: int, pads: Pair, outputs: int, kernel: int, stride: int, dilation: int, mode: str) -> "_Axis":
        if laid_out(size, pads, outputs, kernel, mode) == size + sum(pads):
            return cls(stride, dilation)
        places = (o * stride + k * dilation - pads[0] for o in range(outputs) for k in range(kernel))
        # The taps of an output are then neighbours. An extra element at the end stands for all implicit zeros.
        return cls(kernel, 1, tuple(place if 0 <= place < size else size for place in places))


@dataclass(frozen=True, slots=True)
class Layer:
    """The geometry of one call; raises ValueError if there is no such convolution."""

    N: int
    M: int
    G: int
    K: int  # products per output element: C//groups * KH * KW
    kernel: Pair
    OH: int
    OW: int
    vertical: _Axis
    horizontal: _Axis
    pads: Pads
    padding_mode: str

    @classmethod
    def of(
        cls,
        input: Array,
        weight: Array,
        stride: Pair,
        dilation: Pair,
        groups: int,
        pads: Pads,
        padding_mode: str = "zeros",
    ) -> "Layer":
        """Of input (N, C, H, W) and weight (M, C//groups, KH, KW)."""
        N, C, H, W = input.shape
        M, Cg, KH, KW = weight.shape
        (top, bottom), (left, right) = pads
        OH = (top + H + bottom - dilation[0] * (KH - 1) - 1) // stride[0] + 1
        OW = (left + W + right - dilation[1] * (KW - 1) - 1) // stride[1] + 1
        if padding_mode != "zeros" and padding_mode not in _INDEX_MODES:
            raise ValueError(f"unknown padding_mode {padding_mode!r}")
        if groups < 1 or Cg * groups != C or M % groups:
            raise ValueError(f"{C} channels and weight {weight.shape} do not fit {groups} groups")
        if min(M, Cg, KH, KW, OH, OW) < 1:
            raise ValueError(f"no output: input {input.shape}, weight {weight.shape}, pads {pads}, dilation {dilation}")
        vertical = _Axis.of(H, pads[0], OH, KH, stride[0], dilation[0], padding_mode)
        horizontal = _Axis.of(W, pads[1], OW, KW, stride[1], dilation[1], padding_mode)
        return cls(N, M, groups, Cg * KH * KW, (KH, KW), OH, OW, vertical, horizontal, pads, padding_mode)

    @property
    def columns_size(self) -> int:
        """Elements of the whole lowered matrix."""
        return self.N * self.G * self.K * self.OH * self.OW

    def padded(self, image: Array) -> Array:
        """Image (N, C, H, W) with its borders, as `windows` takes it: what no window sees may be left out."""
        axes = self.vertical, self.horizontal
        if all(axis.read is None for axis in axes):
            return pad(image, self.pads, self.padding_mode)
        rows, columns = (pads if axis.read is None else (0, 1) for axis, pads in zip(axes, self.pads, strict=True))
        image = pad(image, (rows, columns), self.padding_mode)
        for number, axis in enumerate(axes, start=2):
            image = image if axis.read is None else image.take(axis.read, number)
        return np.ascontiguousarray(image)

    def windows(self, image: Array) -> Array:
        """View (..., KH, KW, OH, OW) of a padded C-contiguous image (..., HP, WP): what each tap of the kernel sees."""
        *lead, h, w = image.strides
        shape = (*self.kernel, self.OH, self.OW)
        rows, columns = self.vertical, self.horizontal
        steps = (rows.dilation * h, columns.dilation * w, rows.stride * h, columns.stride * w)
        # Along an axis of length 1 there is no step, however large.
        strides = (0 if length == 1 else step for length, step in zip(shape, steps, strict=True))
        # The constructor checks that no stride leads out of the buffer, and costs a tenth of `as_strided`.
        return np.ndarray((*image.shape[:-2], *shape), image.dtype, image, 0, (*lead, *strides))

    @property
    def images_at_a_time(self) -> int:
        """The number of images whose lowered matrix has about BLOCK elements; at least one."""
        return max(1, BLOCK // (self.G * self.K * self.OH * self.OW))

    @property
    def rows_at_a_time(self) -> int:
        """The number of output rows at a time, for an image that is too large even alone."""
        return max(1, BLOCK // (self.G * self.K * self.OW))

    def batches(self) -> Iterator[slice]:
        step = self.images_at_a_time
        return (slice(n, min(n + step, self.N)) for n in range(0, self.N, step))

    def bands(self) -> Iterator[slice]:
        step = self.rows_at_a_time
        return (slice(oh, min(oh + step, self.OH)) for oh in range(0, self.OH, step))

    def grouped(self, image: Array) -> Array:
        """Image (N, C, H, W) as (N, G, C//groups, H, W)."""
        N, C, H, W = image.shape
        return image.reshape(N, self.G, C // self.G, H, W)

    def room(self) -> Array:
        """Memory for `columns` to reuse: fresh memory costs more than writing to it."""
        rows = min(self.rows_at_a_time, self.OH)
        return np.empty(min(self.images_at_a_time, self.N) * self.G * self.K * rows * self.OW)

    def columns(self, windows: Array, band: slice, room: Array | None = None) -> Array:
        """The lowered matrix (N, G, K, pixels) of some output rows, in `room` if there is one."""
        rows = windows[..., band, :]
        if room is not None:
            copy = room[: rows.size].reshape(rows.shape)
            copy[...] = rows
            rows = copy
        return rows.reshape(*rows.shape[:2], self.K, -1)

    def pixels(self, band: slice) -> slice:
        """The place of these output rows among the OH*OW pixels."""
        return slice(band.start * self.OW, band.stop * self.OW)


def conv2d(
    input: Array,
    weight: Array,
    *,
    stride: Pair,
    dilation: Pair,
    groups: int,
    pads: Pads,
    padding_mode: str = "zeros",
) -> Array:
    """Convolve by one matrix product per image and group, in the arithmetic of the operands' dtype.

    input (N, C, H, W) or (C, H, W); weight (M, C//groups, KH, KW); pads ((top, bottom), (left, right)); stride and
    dilation are pairs (height, width). Returns (N, M, OH, OW), with N = 1 for one image. Zero padding takes part in the
    products, so an infinite weight gives NaN there. Raises ValueError where the shapes allow no convolution.
    """
    x = input if input.ndim == 4 else input[None]
    layer = Layer.of(x, weight, stride, dilation, groups, pads, padding_mode)
    filters = weight.reshape(layer.G, -1, layer.K)
    result = np.empty((layer.N, layer.G, layer.M // layer.G, layer.OH * layer.OW), np.result_type(input, weight))
    for images in layer.batches():
        windows = layer.windows(layer.grouped(layer.padded(x[images])))
        for band in layer.bands():
            np.matmul(filters, layer.columns(windows, band), out=result[images, ..., layer.pixels(band)])
    return result.reshape(layer.N, layer.M, layer.OH, layer.OW)
