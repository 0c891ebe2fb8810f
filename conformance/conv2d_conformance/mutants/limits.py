"""Implementations that declare limits, keep to them, and do not look whether others do."""

from __future__ import annotations

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.arguments import each
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
