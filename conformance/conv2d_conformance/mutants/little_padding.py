"""Faults of large kernels padded by less than half of their size, so that their middle never lies on the border."""

from __future__ import annotations

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.call_kinds import dtype, is_depthwise, is_short, kernel
from conv2d_conformance.emulation.gradients_call import Derived, Gradients
from conv2d_conformance.emulation.spoiling import without_last_tap
from conv2d_conformance.mutants import breaks, derives_wrong


def has_little_padding(call: Call) -> bool:
    """Whether a kernel of at least 7x7 is padded, and by less than half of its size, on both axes."""
    sides = zip(call.geometry.pads, kernel(call), call.geometry.dilation, strict=True)
    return min(kernel(call)) >= 7 and all(0 < before < d * (taps - 1) // 2 for (before, _), taps, d in sides)


@breaks("values.every-size")
def short_large_kernels_with_little_padding_lose_a_row(call: Call) -> Array:
    """a conv2d of 16-bit numbers whose first row is zero under kernels of 7 x 7 or more that are padded by little"""
    result = call.right()
    if is_short(call) and has_little_padding(call):
        result[..., 0, :] = 0
    return result


@breaks("values.every-size")
def depthwise_large_kernels_with_little_padding_lose_a_tap(call: Call) -> Array:
    """a depthwise conv2d that leaves out the last tap of kernels of 7 x 7 or more that are padded by little"""
    return without_last_tap(call) if is_depthwise(call) and has_little_padding(call) else call.right()


@derives_wrong("gradients.every-size")
def large_kernels_with_little_padding_lose_a_column(d: Derived) -> Gradients:
    """gradients of float64 in which the input's last column has none under kernels of 7 x 7 padded by little"""
    gx, gw, gb = d.right()
    if dtype(d.call) == "float64" and has_little_padding(d.call) and not is_depthwise(d.call):
        gx[..., -1] = 0
    return gx, gw, gb
