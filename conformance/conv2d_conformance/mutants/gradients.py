"""Faults in the derivatives of a convolution that is itself right: in one gradient, or of one argument."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from conv2d_conformance.emulation.arguments import swapped
from conv2d_conformance.emulation.gradients_call import Derived, Gradients
from conv2d_conformance.mutants import derives_wrong


def of_height(pair: tuple[int, int]) -> tuple[int, int]:
    return pair[0], pair[0]


def remainder(d: Derived, axis: int) -> int:
    """The rows or columns after the last window."""
    g = d.geometry
    size, kernel, o = ((g.H, g.KH, g.OH), (g.W, g.KW, g.OW))[axis]
    return size + sum(g.pads[axis]) - g.dilation[axis] * (kernel - 1) - 1 - (o - 1) * g.stride[axis]


def depthwise(d: Derived) -> bool:
    return d.geometry.groups == d.geometry.C > 1


# ---- shapes


@derives_wrong("gradients.shapes", replays="PKUFlyingPig/CMU10-714#6")
def input_as_large_as_the_windows(d: Derived) -> Gradients:
    """gradients in which that of the input ends with the last window"""
    gx, gw, gb = d.right()
    rows, columns = (max(1, gx.shape[axis] - remainder(d, axis)) for axis in (-2, -1))
    return gx[..., :rows, :columns], gw, gb


@derives_wrong("gradients.shapes")
def weight_gradient_of_all_channels(d: Derived) -> Gradients:
    """gradients in which that of the weight has all input channels, whatever the groups"""
    gx, gw, gb = d.right()
    return gx, np.tile(gw, (1, d.geometry.groups, 1, 1)), gb


@derives_wrong("gradients.shapes")
def gradients_in_float64(d: Derived) -> Any:
    """gradients that are float64 whatever they are of"""
    return tuple(None if array is None else array.astype(np.float64) for array in d.right())


# ---- input, weight, bias


@derives_wrong("gradients.input", replays="mlpack/mlpack#3376")
def kernel_turned_on_its_side(d: Derived) -> Gradients:
    """gradients whose kernel is transposed where it is square"""
    gx, gw, gb = d.right()
    g = d.geometry
    return (d.right(weight=d.call.weight.swapaxes(-1, -2))[0] if g.KH == g.KW else gx), gw, gb


@derives_wrong("gradients.input")
def kernel_flipped_for_the_input(d: Derived) -> Gradients:
    """gradients in which the kernel gives to the elements that its mirror image reads"""
    return d.right(weight=d.call.weight[..., ::-1, ::-1])[0], *d.right()[1:]


@derives_wrong("gradients.weight")
def weight_flipped(d: Derived) -> Gradients:
    """gradients in which that of the weight is mirrored"""
    gx, gw, gb = d.right()
    return gx, np.ascontiguousarray(gw[..., ::-1, ::-1]), gb


@derives_wrong("gradients.weight")
def weight_averaged_over_the_batch(d: Derived) -> Gradients:
    """gradients in which that of the weight is a mean over the batch"""
    gx, gw, gb = d.right()
    return gx, (gw / max(1, len(d.batch.grad_output))).astype(gw.dtype), gb


@derives_wrong("gradients.weight")
def weight_of_the_last_image(d: Derived) -> Gradients:
    """gradients in which that of the weight knows the last image alone"""
    gx, gw, gb = d.right()
    b = d.batch
    if len(b.grad_output) > 1:
        gw = b.right(input=b.call.input[-1:], grad_output=b.grad_output[-1:])[1]
    return gx, gw, gb


@derives_wrong("gradients.bias")
def bias_summed_over_the_batch_alone(d: Derived) -> Gradients:
    """gradients in which that of the bias is summed over the batch and not over the positions"""
    gx, gw, gb = d.right()
    return gx, gw, None if gb is None else d.batch.grad_output[..., 0, 0].sum(axis=0).astype(gb.dtype)


@derives_wrong("gradients.bias")
def bias_of_the_first_image(d: Derived) -> Gradients:
    """gradients in which that of the bias knows the first image alone"""
    gx, gw, gb = d.right()
    return gx, gw, None if gb is None else d.batch.grad_output[:1].sum(axis=(0, 2, 3)).astype(gb.dtype)


@derives_wrong("gradients.no-bias")
def zeros_for_no_bias(d: Derived) -> Gradients:
    """gradients that are zeros for a bias that is not there"""
    gx, gw, gb = d.right()
    return gx, gw, np.zeros(len(gw), gw.dtype) if gb is None else gb


# ---- arguments


@derives_wrong("gradients.arguments")
def stride_as_width_height_in_gradients(d: Derived) -> Gradients:
    """gradients that take the stride as (width, height)"""
    return d.right(stride=swapped(d.call.stride))


@derives_wrong("gradients.arguments")
def scalar_dilation_for_the_height_alone(d: Derived) -> Gradients:
    """gradients that apply a scalar dilation to the height alone"""
    if not isinstance(d.call.dilation, int) or d.geometry.padding_mode != "zeros":
        return d.right()
    columns = d.geometry.OW + d.geometry.KW - 1
    gx, gw, gb = d.right()
    if d.geometry.stride[1] == 1 and not isinstance(d.call.padding, str) and columns <= gx.shape[-1]:
        inner = d.right(
            input=d.call.input[..., :columns], dilation=(d.call.dilation, 1), padding=(d.geometry.pads[0][0], 0)
        )
        gw = inner[1]
    return gx, gw, gb


@derives_wrong("gradients.arguments")
def groups_required(d: Derived) -> Gradients:
    """gradients that cannot do without the number of groups"""
    if "groups" not in d.call.given:
        raise TypeError("missing argument: groups")
    return d.right()


# ---- stride


@derives_wrong("gradients.stride", replays="flagos-ai/FlagGems#1576")
def rows_of_another_length(d: Derived) -> Gradients:
    """gradients whose rows shift where the stride does not divide the width"""
    gx, gw, gb = d.right()
    lost = remainder(d, 1)
    if lost and gx.size:
        flat = gx.reshape(-1, gx.shape[-2] * gx.shape[-1])
        places = np.arange(gx.shape[-2])[:, None] * (gx.shape[-1] - lost) + np.arange(gx.shape[-1])
        gx = flat[:, places.ravel()].reshape(gx.shape)
    return gx, gw, gb


@derives_wrong("gradients.stride")
def stride_of_height_for_both_in_gradients(d: Derived) -> Gradients:
    """gradients in which that of the weight uses the stride of the height for both axes, where it fits"""
    gx, gw, gb = d.right()
    other = replace(d.call, stride=of_height(d.geometry.stride), padding=d.call.padding)
    if other.geometry.OW >= d.geometry.OW:
        wide = np.zeros(other.geometry.output_shape, gx.dtype)
        wide[..., : d.geometry.OW] = d.grad_output
        gw = d.right(stride=other.stride, grad_output=wide)[1]
    return gx, gw, gb


@derives_wrong("gradients.stride", replays="yonghenglh6/DepthwiseConvolution#20")
def depthwise_spreads_between_the_windows(d: Derived) -> Gradients:
    """gradients of strided depthwise convolutions that spill over to the next pixel"""
    gx, gw, gb = d.right()
    if d.geometry.groups == d.geometry.C and max(d.geometry.stride) > 1 and gx.shape[-1] > 1:
        gx[..., 1:] += gx[..., :-1].copy()
    return gx, gw, gb


@derives_wrong("gradients.unread-zero")
def last_rows_repeat(d: Derived) -> Gradients:
    """gradients in which the rows after the last window repeat the last one that was read"""
    gx, gw, gb = d.right()
    lost = remainder(d, 0)
    if 0 < lost < gx.shape[-2] and d.geometry.padding_mode == "zeros" and not any(d.geometry.pads[0]):
        gx[..., -lost:, :] = gx[..., -lost - 1 : -lost, :]
    return gx, gw, gb


@derives_wrong("gradients.unread-zero")
def unread_cells_are_left_over(d: Derived) -> Gradients:
    """gradients in which cells that no window reads are what the memory held before"""
    gx, gw, gb = d.right()
    ones = d.right(weight=np.ones_like(d.call.weight), grad_output=np.ones_like(d.grad_output))[0]
    gx[ones == 0] = 17
    return gx, gw, gb


# ---- dilation


@derives_wrong("gradients.dilation", replays="pytorch/pytorch#16012")
def dilation_not_in_the_size(d: Derived) -> Gradients:
    """gradients that refuse a dilation because the input's size is computed without it"""
    g = d.geometry
    for size, kernel, o, axis in ((g.H, g.KH, g.OH, 0), (g.W, g.KW, g.OW, 1)):
        least = (o - 1) * g.stride[axis] - sum(g.pads[axis]) + kernel
        if size - least >= max(2, g.stride[axis]) and g.dilation[axis] > 1:
            raise ValueError("requested an input grad size that is not valid")
    return d.right()


@derives_wrong("gradients.dilation", replays="apache/mxnet#3479")
def dilation_of_height_for_the_input(d: Derived) -> Gradients:
    """gradients in which that of the input uses the dilation of the height for both axes"""
    gx, gw, gb = d.right()
    g = d.geometry
    grown = (g.dilation[0] - g.dilation[1]) * (g.KW - 1)
    if grown <= 0 or g.padding_mode != "zeros" or isinstance(d.call.padding, str):
        return gx, gw, gb
    wide = np.pad(d.call.input, [(0, 0)] * (d.call.input.ndim - 1) + [(0, grown)])
    return d.right(input=wide, dilation=of_height(g.dilation))[0][..., : g.W], gw, gb


# ---- groups and channels


@derives_wrong("gradients.groups", replays="tensorflow/tensorflow#53180")
def groups_refused(d: Derived) -> Gradients:
    """gradients that refuse more than one group"""
    if d.geometry.groups > 1:
        raise ValueError("filter_size does not have enough elements")
    return d.right()


@derives_wrong("gradients.groups")
def groups_mixed(d: Derived) -> Gradients:
    """gradients in which that of the input belongs to the next group"""
    gx, gw, gb = d.right()
    return np.roll(gx, d.geometry.C // d.geometry.groups, axis=-3), gw, gb


@derives_wrong("gradients.groups")
def depthwise_weight_transposed(d: Derived) -> Gradients:
    """gradients of depthwise convolutions whose multipliers are interleaved the other way round"""
    gx, gw, gb = d.right()
    g = d.geometry
    if depthwise(d) and g.M > g.C:
        gw = gw.reshape(g.C, -1, *gw.shape[1:]).swapaxes(0, 1).reshape(gw.shape)
    elif depthwise(d):
        gw = gw[::-1].copy()
    return gx, gw, gb


@derives_wrong("gradients.channels")
def input_from_the_first_filter(d: Derived) -> Gradients:
    """gradients in which that of the input comes from the first filter of each group alone"""
    _, gw, gb = d.right()
    g = d.geometry
    alone = d.call.weight.reshape(g.groups, -1, *d.call.weight.shape[1:]).copy()
    alone[:, 1:] = 0
    return d.right(weight=alone.reshape(d.call.weight.shape))[0], gw, gb


@derives_wrong("gradients.channels")
def weight_channels_shared(d: Derived) -> Gradients:
    """gradients in which that of the weight is the same for all input channels of a group"""
    gx, gw, gb = d.right()
    return gx, np.broadcast_to(gw[:, :1], gw.shape).copy(), gb
