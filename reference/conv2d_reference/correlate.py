"""The definition by `numpy.pad` and `scipy.signal.correlate2d`: faster than `direct`, and independent of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy  # `scipy.signal` takes a second to load, and loads when it is first used

from conv2d_reference.arguments import Array, Geometry, resolve_arrays
from conv2d_reference.integers import IntOrPair, Pair

WIDE = 4
"""Where the padded input is this many times larger than all that windows read, unread zeros are left out."""

AT_ONCE = 1 << 24
"""The most cells of windows in memory at a time, unless a single image has more."""

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
    if padding_mode != "zeros" or not _is_wide(geometry, amounts):
        samples, amounts = _pad(samples, amounts, padding_mode), [(0, 0), (0, 0)]
    blocks = zip(np.split(samples, geometry.groups, axis=1), np.split(filters, geometry.groups), strict=True)
    sums = np.concatenate([_strided(x, w, geometry, amounts) for x, w in blocks], axis=1)
    if bias is not None:
        sums = sums + bias.astype(dtype)[:, np.newaxis, np.newaxis]

    result = sums.astype(input.dtype)
    return result if input.ndim == 4 else result[0]


def _sum_dtype(dtype: np.dtype[np.generic]) -> np.dtype[np.generic]:
    return np.dtype(np.int64) if np.issubdtype(dtype, np.integer) else np.result_type(dtype, np.float64)


def _amounts(padding: object, kernel: tuple[int, ...], dilation: Pair) -> list[Pair]:
    """((top, bottom), (left, right)); "same" puts an odd cell at the end."""
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


def _strided(x: Array, w: Array, g: Geometry, amounts: list[Pair]) -> Array:
    """Correlate x (N, C, H, W), with zeros around it, with w (M, C, KH, KW), at the stride and dilation of g.

    SciPy's kernels move by one cell and have no holes. For other strides and dilations, and where zeros are left out,
    each window becomes its own image, in which the kernel has one place.
    """
    y = np.zeros((len(x), len(w), g.OH, g.OW), x.dtype)
    if not y.size:  # an empty batch: SciPy would swap the image and the kernel
        return y
    if g.stride == g.dilation == (1, 1) and amounts == [(0, 0), (0, 0)]:
        return _correlate(x, w)
    at_once = max(1, AT_ONCE // (y[0, 0].size * w[0].size))
    for first in range(0, len(x), at_once):
        windows = _windows(x[first : first + at_once], g, amounts)
        places = _correlate(windows.reshape(-1, *windows.shape[3:]), w)
        y[first : first + at_once] = np.moveaxis(places.reshape(*windows.shape[:3], len(w)), -1, 1)
    return y


def _windows(x: Array, g: Geometry, amounts: list[Pair]) -> Array:
    """(N, OH, OW, C, KH, KW): what each window reads of the input with its zeros."""
    for axis, outputs, kernel, number in ((2, g.OH, g.KH, 0), (4, g.OW, g.KW, 1)):
        # Python's integers: a stride may exceed NumPy's.
        stride, dilation, (before, _) = g.stride[number], g.dilation[number], amounts[number]
        places = [i * stride + j * dilation - before for i in range(outputs) for j in range(kernel)]
        inside = [i for i, place in enumerate(places) if 0 <= place < x.shape[axis]]
        lines = np.moveaxis(x, axis, 0)
        read = np.zeros((len(places), *lines.shape[1:]), x.dtype)
        read[inside] = lines[[places[i] for i in inside]]
        x = np.moveaxis(read.reshape(outputs, kernel, *lines.shape[1:]), (0, 1), (axis, axis + 1))
    return x.transpose(0, 2, 4, 1, 3, 5)


def _correlate(x: Array, w: Array) -> Array:
    """Correlate x (N, C, H, W) with w (M, C, KH, KW) at stride 1, and sum over C: (N, M, H-KH+1, W-KW+1)."""
    if x.shape[-2:] != w.shape[-2:]:
        return _correlate_rows(x, w)
    windows, filters = (array.reshape(len(array), -1, 1, 1) for array in (x, w))  # one place: a kernel is one long row
    if len(windows) < len(filters):
        return _correlate_rows(filters, windows).swapaxes(0, 1)
    return _correlate_rows(windows, filters)


def _correlate_rows(x: Array, w: Array) -> Array:
    """Correlate with one call of SciPy per filter: all images form one, whose columns are the channels and kernel rows.

    SciPy then sums over these columns. Places that begin in one row and end in the next are dropped. SciPy conjugates
    its second operand, which is undone here. `correlate2d` sums products, while `correlate` may choose a Fourier
    transform, which rounds differently.
    """
    (N, C, H, W), (M, _, KH, KW) = x.shape, w.shape
    OH, OW = H - KH + 1, W - KW + 1
    rows = np.lib.stride_tricks.sliding_window_view(x, KH, axis=2)  # (N, C, OH, W, KH)
    lines = rows.transpose(0, 2, 3, 1, 4).reshape(-1, C * KH)
    kernels = w.conj().transpose(0, 3, 1, 2).reshape(M, KW, C * KH)
    y = np.zeros((M, len(lines)), x.dtype)
    for sums, kernel in zip(y, kernels, strict=True):
        sums[: len(lines) - KW + 1] = scipy.signal.correlate2d(lines, kernel, mode="valid")[:, 0]
    return y.reshape(M, N, OH, W)[..., :OW].swapaxes(0, 1)
