"""Faults written by other means than the mutants: windows and `einsum`, matrices, or SciPy's correlation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import signal

Array = Any
Conv2d = Callable[..., Array]


@dataclass
class Asked:
    """The arguments of a call, which a fault may change before the sum is taken."""

    x: Array
    w: Array
    b: Array
    stride: tuple[int, int]
    pads: tuple[tuple[int, int], tuple[int, int]]
    dilation: tuple[int, int]
    groups: int
    word: str | None = None
    mode: str = "zeros"


def asked(
    input: Array,
    weight: Array,
    bias: Array | None = None,
    *,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: Any = 1,
    padding_mode: Any = "zeros",
) -> Asked:
    def pair(value: Any) -> tuple[int, int]:
        height, width = np.broadcast_to(value, 2).tolist()
        return height, width

    word = padding if isinstance(padding, str) else None
    height, width = pair(0 if word else padding)
    pads = (height, height), (width, width)
    if word == "same":
        height, width = (d * (k - 1) for d, k in zip(pair(dilation), weight.shape[2:], strict=True))
        pads = (height // 2, height - height // 2), (width // 2, width - width // 2)
    return Asked(input, weight, bias, pair(stride), pads, pair(dilation), groups, word, padding_mode)


MODES: dict[str, Any] = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def padded(a: Asked) -> Array:
    x = a.x[None] if a.x.ndim == 3 else a.x
    return np.pad(x.astype(float), ((0, 0), (0, 0), *a.pads), mode=MODES[a.mode])


def windows(a: Asked) -> Array:
    """Every window of the padded input: n, c, oh, ow, kh, kw."""
    KH, KW = a.w.shape[2:]
    (sh, sw), (dh, dw) = a.stride, a.dilation
    seen = sliding_window_view(padded(a), (dh * (KH - 1) + 1, dw * (KW - 1) + 1), axis=(2, 3))
    return seen[:, :, ::sh, ::sw, ::dh, ::dw]


def summed(a: Asked) -> Array:
    """The right answer in float64."""
    seen = windows(a)
    n, _, oh, ow, kh, kw = seen.shape
    seen = seen.reshape(n, a.groups, -1, oh, ow, kh, kw)
    w = a.w.astype(float).reshape(a.groups, -1, *a.w.shape[1:])
    y = np.einsum("ngchwij,gmcij->ngmhw", seen, w).reshape(n, -1, oh, ow)
    return y if a.b is None else y + a.b.astype(float)[:, None, None]


def finished(a: Asked, y: Array) -> Array:
    return (y[0] if a.x.ndim == 3 else y).astype(a.x.dtype)


FAULTS: dict[str, tuple[Conv2d, str]] = {}
"""By name: the faulty conv2d, and what a diagnosis must say, as a regular expression."""


def fault(expected: str) -> Callable[[Callable[[Asked], Array]], Callable[[Asked], Array]]:
    """A faulty conv2d of a function from what is asked to the wrong sums."""

    def register(function: Callable[[Asked], Array]) -> Callable[[Asked], Array]:
        def conv2d(
            input: Array,
            weight: Array,
            bias: Array | None = None,
            *,
            stride: Any = 1,
            padding: Any = 0,
            dilation: Any = 1,
            groups: Any = 1,
            padding_mode: Any = "zeros",
        ) -> Array:
            a = asked(
                input,
                weight,
                bias,
                stride=stride,
                padding=padding,
                dilation=dilation,
                groups=groups,
                padding_mode=padding_mode,
            )
            return finished(a, function(a))

        FAULTS[function.__name__] = (conv2d, expected)
        return function

    return register


@fault(r"takes padding as \(width, height\)$")
def the_pads_are_given_in_the_order_of_the_library(a: Asked) -> Array:
    a.pads = a.pads[::-1] if a.word is None else a.pads
    return summed(a)


@fault(r"kernel is flipped \(true convolution\)$")
def convolved_by_scipy(a: Asked) -> Array:
    x, (dh, dw), (N, M) = padded(a), a.dilation, (len(padded(a)), len(a.w))
    filled = np.zeros((*a.w.shape[:2], dh * (a.w.shape[2] - 1) + 1, dw * (a.w.shape[3] - 1) + 1))
    filled[:, :, ::dh, ::dw] = a.w
    run, outputs = a.w.shape[1], M // a.groups
    planes = [
        sum(
            signal.convolve(x[n, m // outputs * run + c], filled[m, c], mode="valid", method="direct")
            for c in range(run)
        )[:: a.stride[0], :: a.stride[1]]
        for n in range(N)
        for m in range(M)
    ]
    if any(x.shape[-2:][i] < filled.shape[-2:][i] for i in range(2)):
        raise ValueError("the kernel does not fit")
    y = np.reshape(planes, (N, M, *planes[0].shape))
    return y if a.b is None else y + a.b.astype(float)[:, None, None]


@fault(r"reads the input channels of its filters in reverse order$")
def the_weight_comes_from_bgr(a: Asked) -> Array:
    a.w = a.w[:, ::-1]
    return summed(a)


@fault(r"deals its output channels out to the groups in turn$")
def the_output_is_shuffled(a: Asked) -> Array:
    y = summed(a)
    n, m, oh, ow = y.shape
    return y.reshape(n, a.groups, m // a.groups, oh, ow).swapaxes(1, 2).reshape(y.shape)


@fault(r"without its bias, only where there are groups$")
def the_grouped_path_knows_no_bias(a: Asked) -> Array:
    a.b = a.b if a.groups == 1 else None
    return summed(a)


@fault(r"bias is added twice, only where there is padding$")
def the_fused_padding_adds_the_bias_too(a: Asked) -> Array:
    a.b = 2 * a.b if a.b is not None and max(max(a.pads)) > 0 else a.b
    return summed(a)


@fault(r"output channels from 48 on are zero$")
def three_blocks_of_16_filters(a: Asked) -> Array:
    y = summed(a)
    y[:, 48:] = 0
    return y


@fault(r"last output column is zero, only where OW % 5 == 2$")
def the_tail_of_a_vector_of_five(a: Asked) -> Array:
    y = summed(a)
    if y.shape[-1] % 5 == 2:
        y[..., -1] = 0
    return y


@fault(r"ignores the stride of the width$")
def one_stride_for_the_rows(a: Asked) -> Array:
    a.stride = (a.stride[0], 1)
    return summed(a)


@fault(r"followed by ReLU, only where there is a bias$")
def the_epilogue_has_an_activation(a: Asked) -> Array:
    y = summed(a)
    return y if a.b is None else np.maximum(y, 0)


@fault(r'"same" puts the odd cell at the top and the left')
def same_lower(a: Asked) -> Array:
    if a.word == "same":
        (top, bottom), (left, right) = a.pads
        a.pads = (bottom, top), (right, left)
    return summed(a)


@fault(r'whose padding "same" is valid$')
def same_is_forgotten(a: Asked) -> Array:
    if a.word == "same":
        a.pads = ((0, 0), (0, 0))
    return summed(a)


@fault(
    r"first tap of the kernel, only where (KH == 3 and KW == 5|KH == 3 and KH \* KW == 15|KW == 5 and KH \* KW == 15)"
)
def kernels_of_three_by_five_miss_a_tap(a: Asked) -> Array:
    if a.w.shape[2:] == (3, 5):
        a.w = a.w.copy()
        a.w[:, :, 0, 0] = 0
    return summed(a)


@fault(r"reads its input as \(N, H, W, C\)$")
def channels_last_memory(a: Asked) -> Array:
    *batch, C, H, W = a.x.shape
    a.x = np.moveaxis(a.x.reshape(*batch, H, W, C), -1, -3)
    return summed(a)


@fault(r"data are rounded to 9 bits")
def a_short_significand(a: Asked) -> Array:
    def short(array: Array) -> Array:
        mantissa, exponent = np.frexp(array.astype(float))
        return np.rint(mantissa * 512) / 512 * 2.0**exponent

    x, w, b = (None if array is None else short(array) for array in (a.x, a.w, a.b))
    return summed(replace(a, x=x, w=w, b=b))


@fault(r'repeats the edge in the mode "reflect"')
def symmetric_in_place_of_reflect(a: Asked) -> Array:
    if a.mode == "reflect":
        x = a.x[None] if a.x.ndim == 3 else a.x
        x = np.pad(x, ((0, 0), (0, 0), *a.pads), mode="symmetric")
        a.x, a.pads, a.mode = (x[0] if a.x.ndim == 3 else x), ((0, 0), (0, 0)), "zeros"
    return summed(a)


@fault(r"output channel m reads input channel m % C")
def the_multiplier_is_the_slow_axis(a: Asked) -> Array:
    C = a.x.shape[-3]
    if a.groups == C and len(a.w) > C:
        a.x, a.groups = np.take(a.x, np.arange(len(a.w)) % C, axis=-3), len(a.w)
    return summed(a)


@fault(r"images from 2 on are zero$")
def two_images_at_a_time(a: Asked) -> Array:
    y = summed(a)
    y[2:] = 0
    return y


@fault(r"refused only where KW >= 8$")
def a_table_of_seven_kernel_widths(a: Asked) -> Array:
    if a.w.shape[3] > 7:
        raise NotImplementedError("kernel too wide")
    return summed(a)


@fault(r"output rows from 24 on are zero$")
def twenty_four_rows_of_threads(a: Asked) -> Array:
    y = summed(a)
    y[..., 24:, :] = 0
    return y


@fault(r"ignores the dilation, only where there is a stride")
def the_strided_kernel_has_no_dilation(a: Asked) -> Array:
    a.dilation = (1, 1) if max(a.stride) > 1 else a.dilation
    return summed(a)


@fault(r"whose kernel is turned by a quarter$")
def a_turned_kernel(a: Asked) -> Array:
    if a.w.shape[2] == a.w.shape[3]:
        a.w = np.rot90(a.w, 1, (2, 3))
    return summed(a)


@fault(r"uses the dilation of the height for both axes")
def one_dilation_for_both(a: Asked) -> Array:
    a.dilation = (a.dilation[0],) * 2
    return summed(a)


@fault(r"channels all use the first bias$")
def a_scalar_bias(a: Asked) -> Array:
    a.b = a.b if a.b is None else np.full_like(a.b, a.b[0])
    return summed(a)


@fault(r"last output row is zero, only where OH >= 5 and OH % 4 == 1$")
def the_last_row_after_tiles_of_four(a: Asked) -> Array:
    y = summed(a)
    if y.shape[2] > 4 and y.shape[2] % 4 == 1:
        y[:, :, -1] = 0
    return y


@fault(r"divided by the number of taps, before the bias is added$")
def an_average_in_place_of_a_sum(a: Asked) -> Array:
    bias, a.b = a.b, None
    y = summed(a) / (a.w.shape[2] * a.w.shape[3])
    return y if bias is None else y + bias[:, None, None]


@fault(r"kernel is mirrored from top to bottom, only where the kernel is not square$")
def oblong_kernels_upside_down(a: Asked) -> Array:
    if a.w.shape[2] != a.w.shape[3]:
        a.w = a.w[:, :, ::-1]
    return summed(a)


@fault(r"kernel columns are shifted by one, only where there is a stride on both axes$")
def strided_kernels_begin_one_late(a: Asked) -> Array:
    if min(a.stride) > 1:
        a.w = np.roll(a.w, 1, 3)
    return summed(a)


@fault(r"sums have the 11 bits of float16|16")
def half_precision_at_the_end(a: Asked) -> Array:
    with np.errstate(over="ignore"):
        return summed(a).astype(np.float16)


@fault(r"pads with the edge.* only where the padding mode is circular$")
def circular_is_replicate(a: Asked) -> Array:
    a.mode = "replicate" if a.mode == "circular" else a.mode
    return summed(a)


@fault(r"columns come in reverse order, only where the input has no batch axis$")
def unbatched_images_are_mirrored(a: Asked) -> Array:
    y = summed(a)
    return y[..., ::-1] if a.x.ndim == 3 else y


@fault(r"leaves out the products of each sum from 100 on$")
def a_hundred_products(a: Asked) -> Array:
    w = a.w.reshape(len(a.w), -1).copy()
    w[:, 100:] = 0
    a.w = w.reshape(a.w.shape)
    return summed(a)


CORRECT: dict[str, Conv2d] = {}


def _correct(name: str, function: Callable[[Asked], Array]) -> None:
    def conv2d(
        input: Array,
        weight: Array,
        bias: Array | None = None,
        *,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: Any = 1,
        padding_mode: Any = "zeros",
    ) -> Array:
        options: dict[str, Any] = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        a = asked(input, weight, bias, padding_mode=padding_mode, **options)
        return finished(a, function(a))

    CORRECT[name] = conv2d


def _by_taps(a: Asked, order: int) -> Array:
    """Tap by tap, in the dtype of the input, forwards or backwards."""
    seen = windows(a).astype(a.x.dtype)
    n, _, oh, ow, KH, KW = seen.shape
    seen = seen.reshape(n, a.groups, -1, oh, ow, KH, KW)
    w = a.w.reshape(a.groups, -1, *a.w.shape[1:])
    y = np.zeros((n, a.groups, w.shape[1], oh, ow), a.x.dtype)
    for tap in list(np.ndindex(KH, KW))[::order]:
        for c in range(w.shape[2])[::order]:
            y += seen[:, :, None, c, :, :, tap[0], tap[1]] * w[:, :, c, tap[0], tap[1]][None, :, :, None, None]
    y = y.reshape(n, -1, oh, ow)
    return y if a.b is None else y + a.b[:, None, None]


def _by_matrices(a: Asked) -> Array:
    seen = windows(a)
    n, _, oh, ow, KH, KW = seen.shape
    rows = np.moveaxis(seen.reshape(n, a.groups, -1, oh, ow, KH, KW), 2, 4).reshape(n, a.groups, oh * ow, -1)
    w = a.w.astype(float).reshape(a.groups, len(a.w) // a.groups, -1)
    y = (rows @ w.swapaxes(1, 2)[None]).swapaxes(2, 3).reshape(n, -1, oh, ow)
    return y if a.b is None else y + a.b.astype(float)[:, None, None]


def _bias_first(a: Asked) -> Array:
    bias, a.b = a.b, None
    y = summed(a)
    return y if bias is None else bias.astype(float)[:, None, None] + y


_correct("windows and einsum", summed)
_correct("matrices", _by_matrices)
_correct("tap by tap", lambda a: _by_taps(a, 1))
_correct("tap by tap, backwards", lambda a: _by_taps(a, -1))
_correct("the bias first", _bias_first)
