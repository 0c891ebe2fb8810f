"""The definition by way of `numpy.pad` and `scipy.signal.correlate`: faster than `direct`, and independent of it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import scipy  # `scipy.signal` takes a second to load, and loads when it is first used

from conv2d_reference.arguments import Array, Geometry, resolve_arrays
from conv2d_reference.integers import IntOrPair, Pair

WIDE = 4
"""Zeros that no window reads are left out where the padded input is so many times larger than all that one needs."""

NUMPY_PADDING = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


@np.errstate(over="ignore", invalid="ignore")  # infinities and NaN are answers, not accidents
def conv2d(
    input: Array,
    weight: Array,
    bias: Array | None = None,
    *,
    stride: IntOrPair = 1,
    padding: IntOrPair | str = 0,
    dilation: IntOrPair = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
) -> Array:
    """The output (N, M, OH, OW) for input (N, C, H, W), weight (M, C//groups, KH, KW) and bias (M,) or None.

    An unbatched input (C, H, W) gives (M, OH, OW).

    From the document: "the valid 2D cross-correlation operator", which is here SciPy's.

    The result has the dtype of the input. Floats add up in float64, complex numbers in complex128, rounded once, at
    the end; integers in int64, where they may wrap around. SciPy has no sums of objects: TypeError.

    Implicit zeros are multiplied: an infinite weight over them makes NaN. The definition allows both readings, and
    `direct` has the other one. Raises what `direct.conv2d` raises for a call that is not legal.
    """
    geometry = resolve_arrays(
        input,
        weight,
        bias,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        padding_mode=padding_mode,
    )
    if input.dtype == object:
        raise TypeError("conv2d of this module takes NumPy's own numbers, got arrays of objects; `direct` takes both")
    dtype = _sum_dtype(input.dtype)
    samples = input.reshape(-1, *input.shape[-3:]).astype(dtype)
    filters = weight.astype(dtype)

    amounts = _amounts(padding, filters.shape[-2:], geometry.dilation)
    if padding_mode == "zeros" and _is_wide(geometry, amounts):
        padded = _read_by_windows(samples, geometry, amounts)
        geometry = replace(geometry, stride=(geometry.KH, geometry.KW), dilation=(1, 1))
    else:
        padded = _pad(samples, amounts, padding_mode)
    blocks = zip(np.split(padded, geometry.groups, axis=1), np.split(filters, geometry.groups), strict=True)
    sums = np.concatenate([_strided(x, w, geometry) for x, w in blocks], axis=1)
    if bias is not None:
        sums = sums + bias.astype(dtype)[:, np.newaxis, np.newaxis]

    result = sums.astype(input.dtype)
    return result if input.ndim == 4 else result[0]


def _sum_dtype(dtype: np.dtype[np.generic]) -> np.dtype[np.generic]:
    return np.dtype(np.int64) if np.issubdtype(dtype, np.integer) else np.result_type(dtype, np.float64)


def _amounts(padding: object, kernel: tuple[int, ...], dilation: Pair) -> list[Pair]:
    """((top, bottom), (left, right)): what "same" lacks at one end it has at the other, and the end comes second."""
    if padding == "valid":
        return [(0, 0), (0, 0)]
    if padding == "same":
        spans = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        return [(span // 2, -(-span // 2)) for span in spans]
    return [(p, p) for p in np.broadcast_to(np.asarray(padding), 2).tolist()]


def _pad(x: Array, amounts: list[Pair], padding_mode: str) -> Array:
    mode: Any = NUMPY_PADDING[padding_mode]
    return np.pad(x, [(0, 0), (0, 0), *amounts], mode=mode)


def _is_wide(g: Geometry, amounts: list[Pair]) -> bool:
    """Whether the padded input is much larger than the input and all that its windows read."""
    height, width = (size + sum(amount) for size, amount in zip((g.H, g.W), amounts, strict=True))
    return height * width > WIDE * (g.H * g.W + g.OH * g.KH * g.OW * g.KW)


def _read_by_windows(x: Array, g: Geometry, amounts: list[Pair]) -> Array:
    """What the windows read of the input with its zeros, one window beside the other."""
    for axis, outputs, kernel, number in ((2, g.OH, g.KH, 0), (3, g.OW, g.KW, 1)):
        # Python's integers: a stride may be larger than those of NumPy.
        first, taps = (np.arange(count, dtype=object) for count in (outputs, kernel))
        places = np.add.outer(first * g.stride[number], taps * g.dilation[number]).ravel() - amounts[number][0]
        inside = np.array([0 <= place < x.shape[axis] for place in places])
        lines = np.moveaxis(x, axis, 0)
        read = np.zeros((len(places), *lines.shape[1:]), x.dtype)
        read[inside] = lines[places[inside].astype(np.intp)]
        x = np.moveaxis(read, 0, axis)
    return x


def _strided(x: Array, w: Array, g: Geometry) -> Array:
    """Correlate the padded x (N, C, H, W) with w (M, C, KH, KW), at the stride and dilation of g.

    SciPy's kernels move by one cell and have no holes. Of the rows, every lcm(stride, dilation)-th is one phase: there
    the taps that fall on it are neighbours, and so are the outputs. An output is the sum over the phases of its taps.
    Columns are alike. What no window reads is in no operand: zeros between taps would turn infinities into NaN.
    """
    y = np.zeros((len(x), len(w), g.OH, g.OW), x.dtype)
    if not y.size:  # an empty batch: SciPy would take the image for the kernel
        return y
    rows, columns = (_phases(*axis) for axis in zip(g.stride, g.dilation, w.shape[-2:], y.shape[-2:], strict=True))
    for (OH, KH, H), (OW, KW, W) in itertools.product(rows, columns):
        y[:, :, OH, OW] += _correlate(x[:, :, H, W], w[:, :, KH, KW])
    return y


def _phases(stride: int, dilation: int, kernel: int, output: int) -> Iterator[tuple[slice, slice, slice]]:
    """(outputs, taps, cells) of an axis, for each phase."""
    common = math.gcd(stride, dilation)
    between_outputs, between_taps = dilation // common, stride // common
    firsts = range(min(between_outputs, output)), range(min(between_taps, kernel))
    for first_output, first_tap in itertools.product(*firsts):
        outputs, taps = slice(first_output, output, between_outputs), slice(first_tap, kernel, between_taps)
        first = first_output * stride + first_tap * dilation
        count = len(range(output)[outputs]) + len(range(kernel)[taps]) - 1
        step = between_outputs * stride
        yield outputs, taps, slice(first, first + (count - 1) * step + 1, step)


def _correlate(x: Array, w: Array) -> Array:
    """Correlate x (N, C, H, W) with w (M, C, KH, KW) at stride 1, and sum over C: (N, M, H-KH+1, W-KW+1).

    A call of SciPy takes all images and one filter, or all filters and one image that is no larger than they are.
    """
    N, C, H, W = x.shape
    M, _, KH, KW = w.shape
    if KH == KW == 1:  # every cell is an image of its own
        cells = _correlate_images(np.moveaxis(x, 1, -1).reshape(-1, C, 1, 1), w)
        return np.moveaxis(cells.reshape(N, H, W, M), -1, 1)
    return _correlate_images(x, w)


def _correlate_images(x: Array, w: Array) -> Array:
    if len(x) < len(w) and x.shape[-2:] == w.shape[-2:]:
        return np.concatenate([_direct(w, image[np.newaxis]) for image in x], axis=1).swapaxes(0, 1)
    return np.concatenate([_direct(x, kernel[np.newaxis]) for kernel in w], axis=1)


def _direct(x: Array, w: Array) -> Array:
    """SciPy conjugates its second operand: undone here. Its other method, by Fourier transforms, rounds otherwise."""
    result: Array = scipy.signal.correlate(x, w.conj(), mode="valid", method="direct")
    return result
