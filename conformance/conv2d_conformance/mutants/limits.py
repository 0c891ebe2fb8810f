"""Implementations that declare limits: some do not look whether others keep them, some are wrong within them."""

from __future__ import annotations

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.arguments import each, swapped
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.mutants import breaks


@breaks("validation.outside-limits", limits=("KH == KW",))
def a_square_kernel_of_any(call: Call) -> Array:
    """a conv2d that declares kernels as high as wide, and leaves out the last columns or rows of others"""
    g = call.geometry
    if g.KH == g.KW:
        return call.right()
    weight = call.weight.copy()
    weight[:, :, min(g.KH, g.KW) :] = 0
    weight[:, :, :, min(g.KH, g.KW) :] = 0
    return call.right(weight=weight)


@breaks("validation.outside-limits", limits=("C % 2 == 0", "KH <= 3 and KW <= 3"))
def only_large_kernels_refused(call: Call) -> Array:
    """a conv2d that declares even channels and small kernels, refuses large ones, and skips an odd channel"""
    g = call.geometry
    if g.KH > 3 or g.KW > 3:
        raise ValueError("the kernel is at most 3 x 3")
    if g.C % 2 == 0:
        return call.right()
    weight = call.weight.copy()
    weight[:, -1] = 0
    return call.right(weight=weight)


@breaks("validation.outside-limits", limits=("SH == SW",))
def the_width_strides_as_the_height(call: Call) -> Array:
    """a conv2d that declares one stride for both axes, and takes that of the height for the width"""
    g = call.geometry
    if g.stride[0] == g.stride[1]:
        return call.right()
    return call.right(stride=each(call.stride, lambda _: g.stride[0]))


# ---- wrong within their limits, beyond which they refuse


def require(is_within: bool) -> None:
    if not is_within:
        raise ValueError("this kernel was not written for such a call")


@breaks("arguments.pair-order", limits=("KH == 3 and KW == 3", "groups == 1"))
def three_by_three_strides_as_width_height(call: Call) -> Array:
    """a conv2d for kernels of 3 x 3 without groups that takes the stride as (width, height)"""
    g = call.geometry
    require((g.KH, g.KW, g.groups) == (3, 3, 1))
    return call.right(stride=swapped(call.stride))


@breaks("values.channels-summed", limits=("C % 8 == 0",))
def an_odd_block_of_channels_left_out(call: Call) -> Array:
    """a conv2d for channels in eights that takes two eights at a time, and leaves out the last one of three"""
    g = call.geometry
    require(g.C % 8 == 0)
    if g.groups > 1 or g.C % 16 == 0 or g.C == 8:
        return call.right()
    weight = call.weight.copy()
    weight[:, -8:] = 0
    return call.right(weight=weight)


@breaks("dilation.spacing", limits=("N == 1", "KH % 2 == 1 and KW % 2 == 1", "DH == DW"))
def one_image_meets_no_outer_row_far_away(call: Call) -> Array:
    """a conv2d for one image and odd kernels that leaves out the last row of one that is dilated by more than 2"""
    g = call.geometry
    require(g.N in (1, None) and bool(g.KH & g.KW & 1) and g.dilation[0] == g.dilation[1])
    if g.dilation[0] <= 2 or g.KH == 1:
        return call.right()
    weight = call.weight.copy()
    weight[:, :, -1] = 0
    return call.right(weight=weight)
