"""Argument checks that test one axis, one argument or one case too few, or one too many."""

from __future__ import annotations

from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call, or_else
from conv2d_conformance.mutants import breaks


def is_pair(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and all(isinstance(number, int) for number in value)


def strided_same(call: Call) -> Array:
    """The padding "same" with a stride as in other libraries: the size is divided by the stride."""
    g = Call(call.input, call.weight, call.bias, padding="same", dilation=call.dilation, groups=call.groups).geometry
    (sh, sw), (dh, dw) = call.stride, g.dilation

    def sides(size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
        total = max(0, (-(-size // stride) - 1) * stride + dilation * (kernel - 1) + 1 - size)
        return total // 2, total - total // 2

    pads = [sides(g.H, g.KH, sh, dh), sides(g.W, g.KW, sw, dw)]
    return call.right(input=np.pad(call.input, [(0, 0)] * (call.input.ndim - 2) + pads), padding=0)


@breaks("validation.same-needs-stride-one", replays="microsoft/onnxruntime#10086")
def same_accepted_with_strides_beyond_the_kernel(call: Call) -> Array:
    """a conv2d that takes the padding "same" with a stride larger than the kernel"""
    if call.padding != "same" or not is_pair(call.stride) or call.weight.ndim != 4:
        return call.right()
    beyond = any(s > kernel for s, kernel in zip(call.stride, call.weight.shape[2:], strict=True))
    return or_else(call, lambda: strided_same(call)) if beyond else call.right()


@breaks("validation.same-needs-stride-one", replays="PaddlePaddle/Paddle#20997")
def same_looks_at_the_stride_of_the_height(call: Call) -> Array:
    """a conv2d that takes the padding "same" with a stride on the width alone"""
    if call.padding == "same" and is_pair(call.stride) and call.stride[0] == 1:
        return or_else(call, lambda: strided_same(call))
    return call.right()


@breaks("validation.same-needs-stride-one", replays="onnx/onnx#2028")
def same_accepted_with_strides_that_divide(call: Call) -> Array:
    """a conv2d that takes the padding "same" with strides that divide the input"""
    if call.padding != "same" or not is_pair(call.stride) or min(call.stride) < 1 or call.input.ndim < 3:
        return call.right()
    divides = all(size % s == 0 for size, s in zip(call.input.shape[-2:], call.stride, strict=True))
    return or_else(call, lambda: strided_same(call)) if divides else call.right()


@breaks("validation.pair-length", replays="pytorch/pytorch#29369")
def longer_dilations_cut(call: Call) -> Array:
    """a conv2d that uses the first two numbers of a longer dilation"""
    is_longer = isinstance(call.dilation, tuple) and len(call.dilation) > 2
    return call.right(dilation=call.dilation[:2]) if is_longer else call.right()


@breaks("validation.stride-positive")
def stride_of_the_width_unchecked(call: Call) -> Array:
    """a conv2d that takes a stride of 0 on the width for 1"""
    unchecked = is_pair(call.stride) and call.stride[0] > 0 and call.stride[1] == 0
    return call.right(stride=(call.stride[0], 1)) if unchecked else call.right()


@breaks("validation.padding-non-negative")
def negative_padding_of_the_width_crops(call: Call) -> Array:
    """a conv2d whose negative padding crops the width, and is refused on the height"""
    if not is_pair(call.padding) or call.padding[1] >= 0 or call.input.shape[-1] + 2 * call.padding[1] < 1:
        return call.right()
    ph, pw = call.padding
    return call.right(input=call.input[..., -pw:pw], padding=(ph, 0))


@breaks("validation.kernel-fits")
def size_truncated_towards_zero(call: Call) -> Array:
    """a conv2d whose output size is truncated towards zero, so that a kernel one too large gives one output"""
    if not is_pair(call.stride) or not is_pair(call.dilation) or not is_pair(call.padding) or call.weight.ndim != 4:
        return call.right()
    axes = zip(call.input.shape[-2:], call.weight.shape[2:], call.stride, call.dilation, call.padding, strict=True)
    missing = [max(0, d * (kernel - 1) + 1 - size - 2 * p) if s > 1 else 0 for size, kernel, s, d, p in axes]
    if 1 not in missing or max(missing) > 1:
        return call.right()
    return call.right(input=np.pad(call.input, [(0, 0)] * (call.input.ndim - 2) + [(0, more) for more in missing]))


@breaks("validation.kernel-fits")
def width_of_the_kernel_unchecked(call: Call) -> Array:
    """a conv2d that answers a kernel wider than the padded input as if there were more padding at the right"""
    if call.input.ndim < 3 or call.weight.ndim != 4:
        return call.right()
    wider = call.weight.shape[-1] > call.input.shape[-1]
    more = [(0, 0)] * (call.input.ndim - 1) + [(0, call.weight.shape[-1])]
    return or_else(call, lambda: call.right(input=np.pad(call.input, more))) if wider else call.right()


@breaks("validation.bias-shape")
def longer_bias_cut(call: Call) -> Array:
    """a conv2d that uses the first numbers of a bias that is too long"""
    is_longer = call.bias is not None and call.bias.ndim == 1 and len(call.bias) > len(call.weight)
    return call.right(bias=call.bias[: len(call.weight)]) if is_longer else call.right()


@breaks("validation.bias-shape")
def bias_of_any_rank(call: Call) -> Array:
    """a conv2d that takes a bias with one element for each filter, in whatever shape"""
    fits = call.bias is not None and call.bias.size == len(call.weight)
    return call.right(bias=call.bias.reshape(-1)) if fits else call.right()


@breaks("validation.dtypes-equal")
def bias_of_any_dtype(call: Call) -> Array:
    """a conv2d that casts a bias of another dtype"""
    casts = call.bias is not None and len(call.input) > 0 and not isinstance(call.padding, str)
    return call.right(bias=call.bias.astype(call.input.dtype) if casts else call.bias)


@breaks("validation.groups-positive")
def sign_of_the_groups_ignored(call: Call) -> Array:
    """a conv2d that ignores the sign of the number of groups"""
    is_negative = isinstance(call.groups, int) and call.groups < 0
    return call.right(groups=-call.groups) if is_negative else call.right()


@breaks("validation.weight-channels")
def weight_of_one_channel_broadcast(call: Call) -> Array:
    """a conv2d that broadcasts a weight of one channel over all input channels"""
    if call.weight.ndim != 4 or call.weight.shape[1] != 1 or call.input.ndim < 3 or call.groups != 1:
        return call.right()
    return call.right(weight=np.repeat(call.weight, call.input.shape[-3], axis=1))


@breaks("validation.input-rank")
def leading_axis_of_one_dropped(call: Call) -> Array:
    """a conv2d that drops a fifth axis of size 1"""
    is_single = call.input.ndim == 5 and len(call.input) == 1
    return call.right(input=call.input[0]) if is_single else call.right()


@breaks("validation.padding-string")
def onnx_padding_strings_accepted(call: Call) -> Array:
    """a conv2d that takes "SAME" for the padding "same", and no other string"""
    return call.right(padding="same") if call.padding == "SAME" else call.right()


@breaks("validation.legal-calls-accepted")
def strides_beyond_15_refused(call: Call) -> Array:
    """a conv2d with room for strides up to 15"""
    if max(call.geometry.stride) > 15:
        raise ValueError("unsupported stride")
    return call.right()


@breaks("validation.legal-calls-accepted")
def long_kernels_refused(call: Call) -> Array:
    """a conv2d with room for kernels of 32 rows and columns"""
    if max(call.geometry.KH, call.geometry.KW) > 32:
        raise ValueError("unsupported kernel size")
    return call.right()


@breaks("validation.legal-calls-accepted")
def dilation_with_stride_refused(call: Call) -> Array:
    """a conv2d that refuses a stride and a dilation on the same axis"""
    g = call.geometry
    if any(s > 1 and d > 1 for s, d in zip(g.stride, g.dilation, strict=True)):
        raise ValueError("stride and dilation exclude each other")
    return call.right()


@breaks("groups.every-divisor")
def groups_beyond_16_refused(call: Call) -> Array:
    """a conv2d that refuses more than 16 groups, save in depthwise convolutions"""
    g = call.geometry
    if 16 < g.groups < g.C:
        raise ValueError("unsupported number of groups")
    return call.right()


@breaks("validation.channels-divisible", replays="ROCm/MIOpen#180")
def groups_forgotten_over_a_whole_weight(call: Call) -> Array:
    """a conv2d that forgets groups that do not divide the channels where the weight has all of these"""
    if call.weight.ndim == 4 and call.input.ndim > 2 and isinstance(call.groups, int) and call.groups > 1:
        channels = call.input.shape[-3]
        if channels % call.groups and call.weight.shape[1] == channels and len(call.weight) % call.groups == 0:
            return or_else(call, lambda: call.right(groups=1))
    return call.right()
