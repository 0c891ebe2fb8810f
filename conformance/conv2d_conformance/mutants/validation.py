"""Implementations that answer calls that they must refuse, or refuse calls that they must answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.arguments import each
from conv2d_conformance.emulation.call import Call, or_else
from conv2d_conformance.mutants import breaks


@breaks("validation.legal-calls-accepted")
def strides_beyond_the_input_refused(call: Call) -> Array:
    """a conv2d that refuses a stride larger than the input"""
    g = call.geometry
    if g.stride[0] > g.H or g.stride[1] > g.W:
        raise ValueError("stride must not be larger than the input")
    return call.right()


@breaks("validation.stride-positive", replays="pytorch/pytorch#27598")
def stride_zero_taken_for_one(call: Call) -> Array:
    """a conv2d that takes a stride of 0 for 1"""
    return call.right(stride=each(call.stride, lambda s: 1 if s == 0 else s))


@breaks("validation.stride-positive")
def stride_sign_ignored(call: Call) -> Array:
    """a conv2d that ignores the sign of the stride"""
    return call.right(stride=each(call.stride, lambda s: abs(s) if isinstance(s, int) else s))


@breaks("validation.dilation-positive", replays="tinygrad/tinygrad#14115")
def dilation_zero_taken_for_one(call: Call) -> Array:
    """a conv2d that takes a dilation of 0 for 1"""
    return call.right(dilation=each(call.dilation, lambda d: 1 if d == 0 else d))


@breaks("validation.dilation-positive", replays="tracel-ai/burn#2481")
def dilation_zero_on_one_axis_accepted(call: Call) -> Array:
    """a conv2d that refuses a dilation of 0 only where it is 0 on both axes"""
    on_one_axis = isinstance(call.dilation, tuple) and len(call.dilation) == 2 and call.dilation.count(0) == 1
    return call.right(dilation=each(call.dilation, lambda d: d or 1)) if on_one_axis else call.right()


@breaks("validation.padding-non-negative", replays="ml-explore/mlx#548")
def negative_padding_taken_for_none(call: Call) -> Array:
    """a conv2d that takes negative padding for none"""
    return call.right(padding=each(call.padding, lambda p: max(p, 0) if isinstance(p, int) else p))


@breaks("validation.padding-non-negative-reflect")
def negative_padding_crops_in_mode_reflect(call: Call) -> Array:
    """a conv2d whose negative padding crops in the mode reflect"""
    return cropped(call, "reflect")


@breaks("validation.padding-non-negative-replicate")
def negative_padding_crops_in_mode_replicate(call: Call) -> Array:
    """a conv2d whose negative padding crops in the mode replicate"""
    return cropped(call, "replicate")


@breaks("validation.padding-non-negative-circular")
def negative_padding_crops_in_mode_circular(call: Call) -> Array:
    """a conv2d whose negative padding crops in the mode circular"""
    return cropped(call, "circular")


def cropped(call: Call, mode: str) -> Array:
    """The answer to a call whose negative padding, in one mode, takes rows and columns away."""
    amounts = call.padding if isinstance(call.padding, tuple) else (call.padding, call.padding)
    if call.padding_mode != mode or len(amounts) != 2 or not all(isinstance(p, int) for p in amounts):
        return call.right()
    kept = [slice(max(0, -p), size - max(0, -p)) for p, size in zip(amounts, call.input.shape[-2:], strict=True)]
    return call.right(input=call.input[..., kept[0], kept[1]], padding=tuple(max(0, p) for p in amounts))


@breaks("validation.dilation-positive-empty-batch")
def dilation_unchecked_with_empty_batch(call: Call) -> Array:
    """a conv2d that takes a dilation of 0 for 1 where the batch is empty"""
    is_empty = len(call.input) == 0
    return call.right(dilation=each(call.dilation, lambda d: d or 1) if is_empty else call.dilation)


@breaks("validation.weight-dtype-empty-batch")
def weight_dtype_unchecked_with_empty_batch(call: Call) -> Array:
    """a conv2d that takes a weight of any dtype where the batch is empty"""
    is_empty = len(call.input) == 0
    return call.right(weight=call.weight.astype(call.input.dtype) if is_empty else call.weight)


@breaks("validation.bias-dtype-valid")
def bias_dtype_unchecked_with_valid(call: Call) -> Array:
    """a conv2d that takes a bias of any dtype with the padding valid"""
    casts = call.padding == "valid" and call.bias is not None
    return call.right(bias=call.bias.astype(call.input.dtype) if casts else call.bias)


@breaks("validation.bias-dtype-same")
def bias_dtype_unchecked_with_same(call: Call) -> Array:
    """a conv2d that takes a bias of any dtype with the padding same"""
    casts = call.padding == "same" and call.bias is not None
    return call.right(bias=call.bias.astype(call.input.dtype) if casts else call.bias)


@breaks("validation.kernel-positive", replays="tensorflow/tensorflow#37024")
def empty_kernel_accepted(call: Call) -> Array:
    """a conv2d that answers a kernel without elements with zeros"""
    if np.ndim(call.weight) == 4 and 0 in call.weight.shape[2:]:
        return np.zeros((1, len(call.weight), 1, 1), call.input.dtype)
    return call.right()


@breaks("validation.pair-length", replays="pytorch/pytorch#121188")
def longer_tuples_cut(call: Call) -> Array:
    """a conv2d that uses the first two numbers of a longer tuple"""
    cut = {name: getattr(call, name) for name in ("stride", "padding", "dilation")}
    return call.right(**{name: value[:2] if isinstance(value, tuple) else value for name, value in cut.items()})


@breaks("validation.pair-length")
def empty_tuples_taken_for_the_default(call: Call) -> Array:
    """a conv2d that takes an empty tuple for the default"""
    defaults = {"stride": 1, "padding": 0, "dilation": 1}
    return call.right(**{name: default for name, default in defaults.items() if getattr(call, name) == ()})


@breaks("validation.integers-only")
def floats_truncated(call: Call) -> Array:
    """a conv2d that truncates numbers that are not integers"""

    def whole(value: Any) -> Any:
        return int(value) if isinstance(value, float) else value

    named = ("stride", "padding", "dilation", "groups")
    return call.right(**{name: each(getattr(call, name), whole) for name in named})


@breaks("validation.padding-string")
def padding_strings_in_any_case(call: Call) -> Array:
    """a conv2d that takes padding strings in capitals too"""
    return call.right(padding=call.padding.lower() if isinstance(call.padding, str) else call.padding)


@breaks("validation.padding-string")
def unknown_padding_string_is_valid(call: Call) -> Array:
    """a conv2d that takes an unknown padding string for valid"""
    unknown = isinstance(call.padding, str) and call.padding not in ("same", "valid")
    return call.right(padding="valid") if unknown else call.right()


@breaks("validation.same-needs-stride-one", replays="microsoft/onnxruntime#26734")
def same_with_stride_accepted(call: Call) -> Array:
    """a conv2d that takes the padding "same" with a stride, padding as if the stride were 1"""
    if call.padding != "same":
        return call.right()
    return or_else(call, lambda: call.right(stride=1))


@breaks("validation.groups-positive")
def groups_zero_taken_for_one(call: Call) -> Array:
    """a conv2d that takes 0 groups, or fewer, for 1"""
    is_none = isinstance(call.groups, int) and call.groups < 1
    return call.right(groups=1) if is_none else call.right()


@breaks("validation.channels-divisible")
def remaining_channels_ignored(call: Call) -> Array:
    """a conv2d that ignores the input channels that do not fill a group"""

    def cut() -> Array:
        channels = call.weight.shape[1] * call.groups
        return call.right(input=call.input[..., :channels, :, :])

    indivisible = isinstance(call.groups, int) and call.groups > 1 and call.input.shape[-3] % call.groups
    return or_else(call, cut) if indivisible else call.right()


@breaks("validation.out-channels-divisible")
def remaining_filters_ignored(call: Call) -> Array:
    """a conv2d that ignores the filters that do not fill a group"""
    if isinstance(call.groups, int) and call.groups > 1 and len(call.weight) % call.groups:
        filters = len(call.weight) // call.groups * call.groups
        if filters:
            return call.right(weight=call.weight[:filters], bias=None if call.bias is None else call.bias[:filters])
        return np.zeros((1, 0, 1, 1), call.input.dtype)
    return call.right()


@breaks("validation.weight-channels", replays="tracel-ai/burn#2944")
def surplus_channels_ignored(call: Call) -> Array:
    """a conv2d that ignores input channels for which the weight has none"""
    if np.ndim(call.weight) == 4 and np.ndim(call.input) >= 3 and isinstance(call.groups, int):
        channels = call.weight.shape[1] * call.groups
        return call.right(input=call.input[..., :channels, :, :])
    return call.right()


@breaks("validation.input-rank")
def leading_axes_folded(call: Call) -> Array:
    """a conv2d that folds all leading axes of the input into the batch, or adds missing ones"""
    if call.input.ndim == 2:
        return or_else(call, lambda: np.zeros((1, 1, 1, 1), call.input.dtype))
    return call.right(input=call.input.reshape(-1, *call.input.shape[-3:]) if call.input.ndim > 4 else call.input)


@breaks("validation.weight-rank", replays="pytorch/pytorch#3528")
def flat_weight_broadcast(call: Call) -> Array:
    """a conv2d that takes a weight of fewer axes for a single filter"""
    if call.weight.ndim != 4:
        return or_else(call, lambda: np.zeros((1, 1, 1, 1), call.input.dtype))
    return call.right()


@breaks("validation.bias-shape")
def bias_broadcast(call: Call) -> Array:
    """a conv2d that broadcasts a bias of one element"""
    if call.bias is not None and call.bias.size == 1:
        return call.right(bias=np.repeat(call.bias.reshape(-1), len(call.weight)))
    return call.right()


@breaks("validation.dtypes-equal", replays="pytorch/pytorch#142463")
def dtypes_promoted(call: Call) -> Array:
    """a conv2d that casts weight and bias to the dtype of the input"""
    dtype = call.input.dtype
    if len(call.input) == 0:
        return call.right()
    return call.right(weight=call.weight.astype(dtype), bias=None if call.bias is None else call.bias.astype(dtype))


@breaks("validation.kernel-fits", replays="pytorch/pytorch#17247")
def kernel_too_large_gives_nothing(call: Call) -> Array:
    """a conv2d that answers a kernel larger than the input with an empty array"""
    try:
        return call.right()
    except ValueError:
        if call.padding == "same" or call.weight.ndim != 4:
            raise
        # The kernel is what was wrong if a single tap is legal.
        replace(call, weight=call.weight[:, :, :1, :1]).require_legal()
        return np.zeros((1, len(call.weight), 0, 0), call.input.dtype)


@breaks("validation.padding-mode-known")
def unknown_padding_mode_is_zeros(call: Call) -> Array:
    """a conv2d that takes an unknown padding mode for zeros"""
    known = call.padding_mode in ("zeros", "reflect", "replicate", "circular")
    return call.right() if known else call.right(padding_mode="zeros")
