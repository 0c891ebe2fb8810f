"""Faults in the derivatives that need a type, a kernel or an attribute, and a size, at once."""

from __future__ import annotations

from conv2d_conformance.emulation.call_kinds import dtype, is_depthwise, kernel
from conv2d_conformance.emulation.gradients_call import Derived, Gradients
from conv2d_conformance.mutants import derives_wrong


@derives_wrong("gradients.every-size")
def float16_blocks_of_16_filters_lose_the_last(d: Derived) -> Gradients:
    """gradients of float16 in which that of the weight is zero for the last filter where they come in sixteens"""
    gx, gw, gb = d.right()
    if dtype(d.call) == "float16" and d.geometry.M % 16 == 0:
        gw[-1] = 0
    return gx, gw, gb


@derives_wrong("gradients.every-size")
def bfloat16_strided_pointwise_loses_a_channel(d: Derived) -> Gradients:
    """gradients of strided 1 x 1 convolutions of bfloat16 in which the last of 8 channels or more has none"""
    gx, gw, gb = d.right()
    g = d.geometry
    if dtype(d.call) == "bfloat16" and kernel(d.call) == (1, 1) and min(g.stride) > 1 and g.C >= 8:
        gx[..., -1, :, :] = 0
    return gx, gw, gb


@derives_wrong("gradients.every-size")
def float64_depthwise_loses_a_column(d: Derived) -> Gradients:
    """gradients of depthwise convolutions of float64 in which the last column has none, from 16 channels on"""
    gx, gw, gb = d.right()
    if dtype(d.call) == "float64" and is_depthwise(d.call) and d.geometry.C >= 16:
        gx[..., -1] = 0
    return gx, gw, gb


@derives_wrong("gradients.every-size")
def grouped_five_by_five_lose_a_channel(d: Derived) -> Gradients:
    """gradients of grouped 5 x 5 convolutions in which the last of 4 channels or more of a group has no weights"""
    gx, gw, gb = d.right()
    g = d.geometry
    if kernel(d.call) == (5, 5) and g.groups > 1 and g.C // g.groups >= 4:
        gw[:, -1] = 0
    return gx, gw, gb


@derives_wrong("gradients.every-size")
def bfloat16_bias_of_32_filters(d: Derived) -> Gradients:
    """gradients of bfloat16 in which that of the bias is zero for the last filter, from 32 on"""
    gx, gw, gb = d.right()
    if gb is not None and dtype(d.call) == "bfloat16" and d.geometry.M >= 32:
        gb[-1] = 0
    return gx, gw, gb


@derives_wrong("gradients.every-size")
def wide_layers_lose_a_filter(d: Derived) -> Gradients:
    """gradients in which the last filter has none where a group has 200 channels or more and 200 filters or more"""
    gx, gw, gb = d.right()
    g = d.geometry
    if min(g.C, g.M) // g.groups >= 200:
        gw[-1] = 0
    return gx, gw, gb
