"""Faults that misplace the windows: arguments, sizes, stride, dilation, padding."""

from __future__ import annotations

from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.arguments import swapped
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.mutants import breaks


def is_scalar(value: Any) -> bool:
    return isinstance(value, int)


# ---- arguments


@breaks("arguments.pair-order", replays="mlpack/mlpack#3146")
def stride_as_width_height(call: Call) -> Array:
    """a conv2d that takes the stride as (width, height)"""
    return call.right(stride=swapped(call.stride))


@breaks("arguments.pair-order")
def padding_as_width_height(call: Call) -> Array:
    """a conv2d that takes padding as (width, height)"""
    return call.right(padding=swapped(call.padding))


@breaks("arguments.pair-order", replays="deeplearning4j/nd4j#2457")
def dilation_as_width_height(call: Call) -> Array:
    """a conv2d that takes the dilation as (width, height)"""
    return call.right(dilation=swapped(call.dilation))


@breaks("arguments.scalar")
def scalar_stride_for_the_height_alone(call: Call) -> Array:
    """a conv2d that applies a scalar stride to the height alone"""
    return call.right(stride=(call.stride, 1) if is_scalar(call.stride) else call.stride)


@breaks("arguments.scalar", replays="pytorch/pytorch#100940")
def scalar_padding_for_the_height_alone(call: Call) -> Array:
    """a conv2d that applies a scalar padding to the height alone"""
    return call.right(padding=(call.padding, 0) if is_scalar(call.padding) else call.padding)


@breaks("arguments.scalar")
def scalar_dilation_refused(call: Call) -> Array:
    """a conv2d that takes the dilation as a pair only"""
    if is_scalar(call.dilation) and call.dilation != 1:
        raise TypeError("dilation must be a pair")
    return call.right()


@breaks("arguments.defaults")
def stride_of_two_by_default(call: Call) -> Array:
    """a conv2d whose stride is 2 where it is left out"""
    return call.right() if "stride" in call.given else call.right(stride=2)


@breaks("arguments.defaults")
def padding_same_by_default(call: Call) -> Array:
    """a conv2d that keeps the size where the padding is left out"""
    keeps = "padding" not in call.given and call.geometry.stride == (1, 1)
    return call.right(padding="same") if keeps else call.right()


@breaks("arguments.defaults")
def dilation_required(call: Call) -> Array:
    """a conv2d that cannot do without a dilation"""
    if "dilation" not in call.given:
        raise TypeError("missing argument: dilation")
    return call.right()


# ---- output size


@breaks("output-size.floor", replays="pytorch/pytorch#17247")
def size_rounded_up(call: Call) -> Array:
    """a conv2d whose output size is rounded up"""
    g = call.geometry
    lost = [(size - 1) % s for size, s in zip(_spans(call), g.stride, strict=True)]
    more = [s - remainder if remainder else 0 for remainder, s in zip(lost, g.stride, strict=True)]
    (top, bottom), (left, right) = g.pads
    if g.padding_mode != "zeros" or not any(more):
        return call.right()
    return call.padded_by_hand(((top, bottom + more[0]), (left, right + more[1])))


def _spans(call: Call) -> tuple[int, int]:
    """The number of places along each axis where a window with stride 1 can start."""
    g = call.geometry
    return (
        g.H + sum(g.pads[0]) - g.dilation[0] * (g.KH - 1),
        g.W + sum(g.pads[1]) - g.dilation[1] * (g.KW - 1),
    )


@breaks("output-size.floor")
def size_ignores_dilation(call: Call) -> Array:
    """a conv2d whose output size is computed without the dilation"""
    g = call.geometry
    result = call.right()
    rows = (g.H + sum(g.pads[0]) - g.KH) // g.stride[0] + 1
    return np.pad(result, [(0, 0)] * (result.ndim - 2) + [(0, rows - g.OH), (0, 0)])


@breaks("output-size.exact-fit")
def exact_fit_refused(call: Call) -> Array:
    """a conv2d that refuses a kernel as large as the padded input"""
    if 1 in _spans(call):
        raise ValueError("kernel size must be smaller than the input")
    return call.right()


@breaks("output-size.shape", replays="neuronika/neuronika#86")
def width_limited_by_channels(call: Call) -> Array:
    """a conv2d whose output is never wider than the number of input channels"""
    return call.right()[..., : max(1, call.geometry.C)]


@breaks("output-size.shape")
def channels_last_result(call: Call) -> Array:
    """a conv2d that returns (N, OH, OW, M)"""
    return np.ascontiguousarray(np.moveaxis(call.right(), -3, -1))


@breaks("output-size.dtype")
def result_in_float64(call: Call) -> Array:
    """a conv2d that returns float64 whatever it is given"""
    return call.right().astype(np.float64)


@breaks("output-size.dtype")
def result_in_foreign_byte_order(call: Call) -> Array:
    """a conv2d that returns its result in foreign byte order"""
    result = call.right()
    return result.astype(result.dtype.newbyteorder())


# ---- stride


@breaks("stride.steps")
def stride_ignored_beyond_two(call: Call) -> Array:
    """a conv2d that knows no stride above 2"""
    return call.right(stride=tuple(min(s, 2) for s in call.geometry.stride))


@breaks("stride.steps")
def stride_of_height_for_both(call: Call) -> Array:
    """a conv2d that uses the stride of the height for both axes"""
    return call.right(stride=(call.geometry.stride[0],) * 2)


@breaks("stride.steps", replays="mlpack/mlpack#4050")
def strided_values_swapped(call: Call) -> Array:
    """a conv2d whose shape is right and whose values come from the strides swapped"""
    g = call.geometry
    dense = call.right(stride=1)
    rows = np.minimum(np.arange(g.OH) * g.stride[1], dense.shape[-2] - 1)
    columns = np.minimum(np.arange(g.OW) * g.stride[0], dense.shape[-1] - 1)
    return dense[..., rows[:, None], columns]


@breaks("stride.remainder-lost")
def windows_aligned_to_the_end(call: Call) -> Array:
    """a conv2d whose windows end at the last pixel, so that the first columns are lost"""
    g = call.geometry
    lost = (_spans(call)[1] - 1) % g.stride[1]
    if not lost or g.padding_mode != "zeros":
        return call.right()
    (top, bottom), (left, right) = g.pads
    padded = np.pad(call.input, [(0, 0)] * (call.input.ndim - 2) + [(top, bottom), (left, right)])
    return call.right(input=padded[..., lost:], padding=0)


@breaks("stride.beyond-kernel", replays="tensorflow/tensorflow#889")
def stride_beyond_kernel_refused(call: Call) -> Array:
    """a conv2d that refuses a stride larger than the kernel"""
    g = call.geometry
    if g.stride[0] > g.KH or g.stride[1] > g.KW:
        raise ValueError("stride must not be larger than the kernel")
    return call.right()


@breaks("stride.beyond-kernel")
def stride_limited_to_kernel(call: Call) -> Array:
    """a conv2d that steps by no more than the kernel"""
    g = call.geometry
    return call.right(stride=(min(g.stride[0], g.KH), min(g.stride[1], g.KW)))


# ---- dilation


@breaks("dilation.spacing")
def dilation_ignored(call: Call) -> Array:
    """a conv2d that ignores the dilation"""
    return call.right(dilation=1)


@breaks("dilation.spacing", replays="apache/mxnet#8557")
def dilation_of_height_for_both(call: Call) -> Array:
    """a conv2d that uses the dilation of the height for both axes"""
    return call.right(dilation=(call.geometry.dilation[0],) * 2)


@breaks("dilation.spacing", replays="Tencent/ncnn#315")
def dilated_depthwise_is_zero(call: Call) -> Array:
    """a conv2d that leaves dilated depthwise convolutions zero"""
    g = call.geometry
    result = call.right()
    return np.zeros_like(result) if g.groups == g.C and max(g.dilation) > 1 else result


@breaks("dilation.one-by-one")
def dilation_counted_without_kernel(call: Call) -> Array:
    """a conv2d that takes the extent of a dilated kernel as dilation * kernel"""
    g = call.geometry
    if g.H + sum(g.pads[0]) < g.dilation[0] * g.KH or g.W + sum(g.pads[1]) < g.dilation[1] * g.KW:
        raise ValueError("kernel does not fit")
    return call.right()


# ---- padding


@breaks("padding.zeros-both-sides")
def padding_ignored(call: Call) -> Array:
    """a conv2d that ignores explicit padding"""
    return call.right(padding=0) if not isinstance(call.padding, str) else call.right()


@breaks("padding.zeros-both-sides", replays="iree-org/iree#18600")
def padding_all_at_the_end(call: Call) -> Array:
    """a conv2d that puts all padding at the bottom and the right"""
    g = call.geometry
    if g.padding_mode != "zeros":
        return call.right()
    return call.padded_by_hand(((0, sum(g.pads[0])), (0, sum(g.pads[1]))))


@breaks("padding.zeros-both-sides", replays="modular/modular#6461")
def padding_with_the_edge(call: Call) -> Array:
    """a conv2d that pads with the edge instead of zeros"""
    if call.padding_mode != "zeros":
        return call.right()
    return call.right(padding_mode="replicate")


@breaks("padding.zeros-both-sides", replays="dotnet/TorchSharp#496")
def padding_without_rows_is_none(call: Call) -> Array:
    """a conv2d that ignores the padding of the width where that of the height is 0"""
    is_pair = isinstance(call.padding, tuple)
    return call.right(padding=0 if is_pair and call.padding[0] == 0 else call.padding)


@breaks("padding.beyond-kernel", replays="pytorch/pytorch#20583")
def padding_beyond_kernel_refused(call: Call) -> Array:
    """a conv2d that refuses padding as wide as the kernel"""
    g = call.geometry
    if not isinstance(call.padding, str) and (g.pads[1][0] >= g.KW or g.pads[0][0] >= g.KH):
        raise ValueError("padding must be smaller than the kernel")
    return call.right()


@breaks("padding.beyond-kernel")
def padding_limited_to_kernel(call: Call) -> Array:
    """a conv2d that, without a stride, answers 1 in windows that lie in the padding above or to the left alone"""
    g = call.geometry
    result = call.right()
    result = np.array(result)
    for axis, kernel in ((0, g.KH), (1, g.KW)):
        beyond = g.pads[axis][0] - g.dilation[axis] * (kernel - 1)
        if beyond > 0 and not isinstance(call.padding, str) and g.stride == (1, 1):
            index = [slice(None)] * result.ndim
            index[result.ndim - 2 + axis] = slice(0, beyond)
            result[tuple(index)] = 1
    return result


@breaks("padding.kernel-larger-than-input", replays="tracel-ai/burn#3705")
def kernel_held_against_unpadded_input(call: Call) -> Array:
    """a conv2d that refuses a kernel larger than the input without its padding"""
    g = call.geometry
    if g.dilation[0] * (g.KH - 1) + 1 > g.H or g.dilation[1] * (g.KW - 1) + 1 > g.W:
        raise ValueError("kernel size can't be greater than input size")
    return call.right()


@breaks("padding.valid")
def valid_pads_like_same(call: Call) -> Array:
    """a conv2d whose padding "valid" pads like "same" where it can"""
    if call.padding == "valid" and call.geometry.stride == (1, 1):
        return call.right(padding="same")
    return call.right()


@breaks("padding.valid", replays="microsoft/onnxjs#155")
def valid_ignores_dilation_in_size(call: Call) -> Array:
    """a conv2d that refuses the padding "valid" with a stride"""
    if call.padding == "valid" and call.geometry.stride != (1, 1):
        raise ValueError("valid needs stride 1")
    return call.right()


@breaks("padding.same-size", replays="pytorch/pytorch#27602")
def same_is_valid(call: Call) -> Array:
    """a conv2d whose padding "same" is valid"""
    call.geometry  # noqa: B018  # still refuses what is illegal
    return call.right(padding="valid") if call.padding == "same" else call.right()


@breaks("padding.same-size", replays="apache/tvm#9097")
def same_without_the_odd_cell(call: Call) -> Array:
    """a conv2d whose padding "same" is floor(total / 2) on both sides"""
    if call.padding != "same" or call.padding_mode != "zeros":
        return call.right()
    (top, _), (left, _) = call.pads
    return call.right(padding=(top, left))


@breaks("padding.same-extra-at-end")
def same_with_the_odd_cell_first(call: Call) -> Array:
    """a conv2d whose padding "same" puts the odd cell at the top and the left"""
    if call.padding != "same" or call.padding_mode != "zeros":
        return call.right()
    (top, bottom), (left, right) = call.pads
    return call.padded_by_hand(((bottom, top), (right, left)))


@breaks("padding.same-dilated", replays="tinygrad/tinygrad#17805")
def same_with_dilation_of_the_other_axis(call: Call) -> Array:
    """a conv2d whose padding "same" uses each axis with the dilation of the other"""
    if call.padding != "same" or call.padding_mode != "zeros":
        return call.right()
    g = call.geometry
    totals = (g.dilation[1] * (g.KH - 1), g.dilation[0] * (g.KW - 1))
    (top, bottom), (left, right) = ((total // 2, total - total // 2) for total in totals)
    return call.padded_by_hand(((top, bottom), (left, right)))


@breaks("padding.same-dilated")
def same_ignores_dilation(call: Call) -> Array:
    """a conv2d whose padding "same" ignores the dilation"""
    if call.padding != "same" or call.padding_mode != "zeros":
        return call.right()
    g = call.geometry
    return call.padded_by_hand((((g.KH - 1) // 2, g.KH // 2), ((g.KW - 1) // 2, g.KW // 2)))
