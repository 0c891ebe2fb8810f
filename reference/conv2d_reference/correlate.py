"""The definition by way of `numpy.pad` and `scipy.signal.correlate2d`: faster than `direct`, and independent of it."""

from __future__ import annotations

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
        padded, (sh, sw), dilation = _read_by_windows(samples, geometry, amounts), filters.shape[-2:], (1, 1)
    else:
        padded, (sh, sw), dilation = _pad(samples, amounts, padding_mode), geometry.stride, geometry.dilation
    blocks = zip(np.split(padded, geometry.groups, axis=1), np.split(filters, geometry.groups), strict=True)
    dense = np.concatenate([_dilated(x, w, dilation) for x, w in blocks], axis=1)
    sums = dense[:, :, ::sh, ::sw]
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


def _dilated(x: Array, w: Array, dilation: Pair) -> Array:
    """Correlate x (N, C, H, W) with w (M, C, KH, KW) at stride 1: one output for each place of the dilated kernel.

    A dilated kernel sees one phase of the rows and columns, and in that phase its elements are neighbours. Zeros
    between its elements would do for finite numbers alone: an infinity that the kernel steps over would become NaN.
    """
    dh, dw = dilation
    KH, KW = w.shape[-2:]
    OH, OW = x[0:1, 0, dh * (KH - 1) :, dw * (KW - 1) :].shape[-2:]
    y = np.empty((len(x), len(w), OH, OW), dtype=x.dtype)
    # A phase that has no place for the kernel is left out: in mode "valid" SciPy would swap the two and go on.
    for a, b in np.ndindex(min(dh, OH), min(dw, OW)):
        for n, m in np.ndindex(len(x), len(w)):
            y[n, m, a::dh, b::dw] = _correlate(x[n, :, a::dh, b::dw], w[m])
    return y


def _correlate(x: Array, w: Array) -> Array:
    """Correlate x (C, H, W) with w (C, KH, KW), and sum over C. SciPy conjugates its second operand: undone here.

    `correlate2d` always sums products, where `correlate` may choose a Fourier transform, which rounds otherwise.
    """
    planes = [scipy.signal.correlate2d(plane, kernel.conj(), mode="valid") for plane, kernel in zip(x, w, strict=True)]
    total: Array = np.sum(planes, axis=0)
    return total
