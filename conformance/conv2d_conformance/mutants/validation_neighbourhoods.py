"""Fast paths that forget a check: each checks its arguments everywhere except in one neighbourhood."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.arguments import at_least, each, in_32_bits
from conv2d_conformance.emulation.call import Call, or_else
from conv2d_conformance.mutants import breaks


def is_pointwise(call: Call) -> bool:
    return np.ndim(call.weight) == 4 and call.weight.shape[2:] == (1, 1)


def is_depthwise(call: Call) -> bool:
    return np.ndim(call.input) >= 3 and isinstance(call.groups, int) and 1 < call.groups == call.input.shape[-3]


@breaks("validation.dilation-positive", replays="pytorch/pytorch#77838")
def dilation_unchecked_under_pointwise_kernels(call: Call) -> Array:
    """a conv2d that takes any dilation under a kernel of 1x1"""
    return call.right(dilation=at_least(1, call.dilation)) if is_pointwise(call) else call.right()


@breaks("validation.dilation-positive")
def negative_dilation_unchecked_with_empty_batch(call: Call) -> Array:
    """a conv2d that ignores the sign of the dilation where the batch is empty"""
    is_empty = np.ndim(call.input) == 4 and len(call.input) == 0
    return (
        call.right(dilation=each(call.dilation, lambda d: abs(d) if isinstance(d, int) else d))
        if is_empty
        else call.right()
    )


@breaks("validation.stride-positive")
def stride_unchecked_with_empty_batch(call: Call) -> Array:
    """a conv2d that takes a stride of 0 or less for 1 where the batch is empty"""
    is_empty = np.ndim(call.input) == 4 and len(call.input) == 0
    return call.right(stride=at_least(1, call.stride)) if is_empty else call.right()


@breaks("validation.padding-non-negative")
def negative_padding_unchecked_in_depthwise(call: Call) -> Array:
    """a conv2d that takes negative padding for none where it is depthwise"""
    return call.right(padding=at_least(0, call.padding)) if is_depthwise(call) else call.right()


@breaks("validation.bias-shape")
def bias_unchecked_under_pointwise_kernels(call: Call) -> Array:
    """a conv2d that takes a longer bias under a kernel of 1x1, and uses its first elements"""
    cuts = is_pointwise(call) and np.ndim(call.bias) == 1 and len(call.bias) > len(call.weight)
    return call.right(bias=call.bias[: len(call.weight)]) if cuts else call.right()


@breaks("validation.bias-shape")
def bias_of_one_channel_of_any_rank(call: Call) -> Array:
    """a conv2d that takes a bias of any rank where there is a single output channel"""
    flattens = call.bias is not None and call.bias.size == len(call.weight) == 1
    return call.right(bias=call.bias.reshape(1)) if flattens else call.right()


@breaks("validation.weight-channels")
def weight_channels_unchecked_where_unbatched(call: Call) -> Array:
    """a conv2d that ignores surplus channels of the weight where the input has no batch"""
    cuts = np.ndim(call.input) == 3 and np.ndim(call.weight) == 4 and isinstance(call.groups, int)
    return (
        or_else(call, lambda: call.right(weight=call.weight[:, : len(call.input) // call.groups]))
        if cuts
        else call.right()
    )


@breaks("validation.kernel-positive")
def empty_kernel_accepted_in_depthwise(call: Call) -> Array:
    """a conv2d that answers a kernel without elements with zeros where it is depthwise"""
    if is_depthwise(call) and np.ndim(call.weight) == 4 and 0 in call.weight.shape[2:]:
        return np.zeros((*call.input.shape[:-3], len(call.weight), 1, 1), call.input.dtype)
    return call.right()


@breaks("validation.kernel-fits")
def kernel_unchecked_in_bfloat16(call: Call) -> Array:
    """a conv2d that answers a kernel larger than the input with an empty array in bfloat16"""
    if call.input.dtype != ml_dtypes.bfloat16:
        return call.right()
    return or_else(call, lambda: np.zeros((1, len(call.weight), 0, 0), call.input.dtype))


@breaks("validation.kernel-fits")
def extent_in_32_bits(call: Call) -> Array:
    """a conv2d that computes the extent of the kernel in 32 bits"""

    def fits() -> bool:
        g = Call(call.input, call.weight, call.bias, padding=call.padding, groups=call.groups).geometry
        dilation = call.dilation if isinstance(call.dilation, tuple) else (call.dilation, call.dilation)
        sides = zip(dilation, (g.KH, g.KW), (g.H, g.W), g.pads, strict=True)
        return all(in_32_bits(d * (k - 1) + 1) <= size + sum(pads) for d, k, size, pads in sides)

    is_large = max(call.dilation) > 2**16 if isinstance(call.dilation, tuple) and call.dilation else False
    if is_large and fits():
        return or_else(call, lambda: np.zeros((1, len(call.weight), 1, 1), call.input.dtype))
    return call.right()


@breaks("validation.pair-length")
def longer_tuples_cut_without_a_bias(call: Call) -> Array:
    """a conv2d that uses the first two numbers of a longer stride where there is no bias"""
    cuts = call.bias is None and isinstance(call.stride, tuple) and len(call.stride) > 2
    return call.right(stride=call.stride[:2]) if cuts else call.right()


@breaks("validation.integers-only")
def fractions_of_the_padding_truncated_where_strided(call: Call) -> Array:
    """a conv2d that truncates a padding with a fractional part where it has a stride"""
    truncates = isinstance(call.stride, tuple) and max(call.stride, default=1) > 1
    return (
        call.right(padding=each(call.padding, lambda p: int(p) if isinstance(p, float) else p))
        if truncates
        else call.right()
    )


@breaks("validation.integers-only")
def fractions_refused_in_the_first_place_alone(call: Call) -> Array:
    """a conv2d that truncates the second number of a pair"""

    def cut(value: Any) -> Any:
        is_pair = isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], float)
        return (value[0], int(value[1])) if is_pair else value

    return call.right(stride=cut(call.stride), padding=cut(call.padding), dilation=cut(call.dilation))


@breaks("validation.whole-floats")
def whole_floats_accepted(call: Call) -> Array:
    """a conv2d that takes floating-point numbers without a fractional part for integers"""

    def whole(value: Any) -> Any:
        return int(value) if isinstance(value, float) and value.is_integer() else value

    named = ("stride", "padding", "dilation", "groups")
    return call.right(**{name: each(getattr(call, name), whole) for name in named})


@breaks("validation.padding-string")
def padding_strings_in_capitals_for_valid(call: Call) -> Array:
    """a conv2d that takes VALID for valid in float16"""
    return call.right(padding="valid") if call.padding == "VALID" and call.input.dtype == np.float16 else call.right()


@breaks("validation.padding-mode-known")
def padding_mode_unchecked_without_padding(call: Call) -> Array:
    """a conv2d that takes any padding mode where there is nothing to pad"""
    return call.right(padding_mode="zeros") if call.padding in (0, (0, 0)) else call.right()


@breaks("validation.same-needs-stride-one")
def same_with_stride_accepted_under_pointwise_kernels(call: Call) -> Array:
    """a conv2d that takes the padding "same" with a stride under a kernel of 1x1"""
    return call.right(padding="valid") if is_pointwise(call) and call.padding == "same" else call.right()


@breaks("validation.groups-positive")
def groups_unchecked_where_strided(call: Call) -> Array:
    """a conv2d that takes 0 groups for 1 where it has a stride"""
    strided = isinstance(call.stride, tuple) and max(call.stride) > 1 and call.groups == 0
    return call.right(groups=max(1, call.input.shape[-3] // call.weight.shape[1])) if strided else call.right()


@breaks("validation.channels-divisible")
def remaining_channel_ignored_in_depthwise(call: Call) -> Array:
    """a conv2d that ignores an input channel too many where each filter has one channel"""
    if np.ndim(call.weight) == 4 and call.weight.shape[1] == 1 and isinstance(call.groups, int) and call.groups > 3:
        return or_else(call, lambda: call.right(input=call.input[..., : call.groups, :, :]))
    return call.right()


@breaks("validation.out-channels-divisible")
def remaining_filters_ignored_in_float64(call: Call) -> Array:
    """a conv2d that ignores the filters that do not fill a group in float64"""
    if call.input.dtype != np.float64 or np.ndim(call.weight) != 4 or not isinstance(call.groups, int):
        return call.right()
    if call.groups < 2 or len(call.weight) % call.groups == 0:
        return call.right()
    return or_else(call, lambda: np.zeros((1, len(call.weight) // call.groups, 1, 1), call.input.dtype))


@breaks("validation.input-rank")
def leading_axes_folded_under_row_kernels(call: Call) -> Array:
    """a conv2d that folds leading axes of the input into the batch under kernels of one row"""
    folds = np.ndim(call.input) > 4 and np.ndim(call.weight) == 4 and call.weight.shape[2] == 1
    return call.right(input=call.input.reshape(-1, *call.input.shape[-3:])) if folds else call.right()


@breaks("validation.weight-rank")
def weight_of_three_axes_taken_where_dilated(call: Call) -> Array:
    """a conv2d that takes a weight of three axes for one with kernels of one column where it is dilated"""
    takes = np.ndim(call.weight) == 3 and isinstance(call.dilation, tuple) and max(call.dilation, default=1) > 1
    return call.right(weight=call.weight[..., None]) if takes else call.right()


@breaks("validation.dtypes-equal")
def weight_cast_under_pointwise_kernels(call: Call) -> Array:
    """a conv2d that casts the weight to the dtype of the input under a kernel of 1x1"""
    casts = is_pointwise(call) and len(call.input) > 0 and call.bias is not None and call.bias.dtype == call.input.dtype
    return call.right(weight=call.weight.astype(call.input.dtype)) if casts else call.right()


@breaks("validation.dtypes-equal")
def float64_weight_with_float16_under_pointwise_kernels(call: Call) -> Array:
    """a conv2d that takes a weight of float64 with an input of float16 under a kernel of 1x1"""
    mixed = is_pointwise(call) and call.input.dtype == np.float16 and call.weight.dtype == np.float64
    return call.right(weight=call.weight.astype(np.float16)) if mixed else call.right()


@breaks("validation.dtypes-equal")
def float32_bias_accepted_with_bfloat16(call: Call) -> Array:
    """a conv2d that takes a bias of float32 with arrays of bfloat16"""
    mixed = call.bias is not None and call.bias.dtype == np.float32 and call.input.dtype == ml_dtypes.bfloat16
    return call.right(bias=call.bias.astype(call.input.dtype)) if mixed else call.right()


@breaks("padding-mode.reflect-limit")
def reflect_limit_unchecked_where_unbatched(call: Call) -> Array:
    """a conv2d that reflects beyond the size, with zeros, where the input has no batch"""
    unchecked = np.ndim(call.input) == 3 and call.padding_mode == "reflect"
    return or_else(call, lambda: call.right(padding_mode="zeros")) if unchecked else call.right()


@breaks("padding-mode.circular-limit")
def circular_limit_unchecked_in_depthwise(call: Call) -> Array:
    """a conv2d that goes round more than once, with zeros, where it is depthwise"""
    unchecked = is_depthwise(call) and call.padding_mode == "circular"
    return or_else(call, lambda: call.right(padding_mode="zeros")) if unchecked else call.right()


def third_padding_ignored(call: Call, mode: str) -> Array:
    """The answer of a layer that pads by two numbers of three in one padding mode."""
    cuts = call.padding_mode == mode and isinstance(call.padding, tuple) and len(call.padding) == 3
    return call.right(padding=call.padding[:2]) if cuts else call.right()


@breaks("validation.padding-length-reflect")
def third_padding_ignored_in_mode_reflect(call: Call) -> Array:
    """a conv2d that ignores a third padding in the mode reflect"""
    return third_padding_ignored(call, "reflect")


@breaks("validation.padding-length-replicate")
def third_padding_ignored_in_mode_replicate(call: Call) -> Array:
    """a conv2d that ignores a third padding in the mode replicate"""
    return third_padding_ignored(call, "replicate")


@breaks("validation.padding-length-circular")
def third_padding_ignored_in_mode_circular(call: Call) -> Array:
    """a conv2d that ignores a third padding in the mode circular"""
    return third_padding_ignored(call, "circular")


@breaks("stride.beyond-kernel")
def stride_kept_in_32_bits(call: Call) -> Array:
    """a conv2d that keeps the stride in 32 bits, and takes one that becomes 0 or less for 1"""
    return call.right(stride=at_least(1, in_32_bits(call.stride)))


@breaks("stride.beyond-kernel")
def stride_of_the_width_kept_in_32_bits(call: Call) -> Array:
    """a conv2d that keeps the stride of the width in 32 bits"""
    is_pair = isinstance(call.stride, tuple) and len(call.stride) == 2
    return call.right(stride=(call.stride[0], in_32_bits(call.stride[1]))) if is_pair else call.right()


@breaks("dilation.one-by-one")
def dilation_kept_in_32_bits(call: Call) -> Array:
    """a conv2d that keeps the dilation in 32 bits, and refuses one that becomes 0 or less"""
    return call.right(dilation=in_32_bits(call.dilation))


@breaks("dilation.one-by-one")
def small_dilations_of_one_row_shift_it(call: Call) -> Array:
    """a conv2d that reads the next row where a kernel of one row has a dilation of 2 to 4"""
    g = call.geometry
    return np.roll(call.right(), -1, axis=-2) if g.KH == 1 and 2 <= g.dilation[0] <= 4 else call.right()
