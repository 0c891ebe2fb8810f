"""Faults in gradients whose sums are long, or whose terms are rounded: with dense data a wide bound hides them."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.formats import FORMATS, TF32
from conv2d_conformance.emulation.formats import HALF, Change, of_precision, rounded_to, through
from conv2d_conformance.emulation.gradients_call import Derived, Gradients
from conv2d_conformance.mutants import derives_wrong


def positions(d: Derived) -> int:
    g = d.geometry
    return (1 if g.N is None else g.N) * g.OH * g.OW


def of_some_positions(d: Derived, kept: slice) -> Gradients:
    """The gradients if grad_output counts only at some positions of all images."""
    gy = d.batch.grad_output.swapaxes(0, 1).copy()
    flat = gy.reshape(len(gy), -1)
    some = np.zeros_like(flat)
    some[:, kept] = flat[:, kept]
    return d.batch.right(grad_output=np.ascontiguousarray(some.reshape(gy.shape).swapaxes(0, 1)))


# ---- terms that are rounded, or left out


@derives_wrong("gradients.single-product")
def wide_sums_cut_at_4096(d: Derived) -> Gradients:
    """gradients in which that of the weight has room for 4096 positions"""
    gx, gw, gb = d.right()
    return (gx, of_some_positions(d, slice(4096))[1], gb) if positions(d) > 4096 else (gx, gw, gb)


@derives_wrong("gradients.single-product")
def last_position_of_16_filters_left_out(d: Derived) -> Gradients:
    """gradients in which that of a 16-bit weight leaves out the last position where filters come in sixteens"""
    gx, gw, gb = d.right()
    is_fast = gw.dtype in HALF and d.geometry.M % 16 == 0
    return (gx, of_some_positions(d, slice(positions(d) - 1))[1], gb) if is_fast else (gx, gw, gb)


@derives_wrong("gradients.single-product")
def wide_weight_from_tf32(d: Derived) -> Gradients:
    """gradients in which that of a float32 weight rounds both factors to TF32, from 1024 positions"""
    gx, gw, gb = d.right()
    if gw.dtype == np.float32 and positions(d) >= 1024:
        tf32 = rounded_to(TF32)
        gw = d.right(input=tf32(d.call.input), grad_output=tf32(d.grad_output))[1]
    return gx, gw, gb


@derives_wrong("gradients.single-product")
def weight_of_many_channels_from_tf32(d: Derived) -> Gradients:
    """gradients in which that of a float32 weight rounds both factors to TF32, from 32 channels and filters"""
    gx, gw, gb = d.right()
    if gw.dtype == np.float32 and min(gw.shape[:2]) >= 32:
        tf32 = rounded_to(TF32)
        gw = d.right(input=tf32(d.call.input), grad_output=tf32(d.grad_output))[1]
    return gx, gw, gb


@derives_wrong("gradients.single-product")
def wide_bias_through_bfloat16(d: Derived) -> Gradients:
    """gradients in which that of a bias is rounded to bfloat16 where there are a thousand images"""
    gx, gw, gb = d.right()
    return gx, gw, through("bfloat16")(gb) if gb is not None and (d.geometry.N or 1) > 1000 else gb


@derives_wrong("gradients.single-product")
def dilated_input_two_bits_short(d: Derived) -> Gradients:
    """gradients of dilated kernels in which that of the input lacks the last two bits"""
    gx, gw, gb = d.right()
    return (two_bits_short(gx) if max(d.geometry.dilation) > 1 else gx), gw, gb


def two_bits_short(array: Array) -> Array:
    return rounded_to(of_precision(precision_of(array) - 2))(array)


def precision_of(array: Array) -> int:
    """The bits of significand of the dtype."""
    return FORMATS[array.dtype.name].precision


# ---- sums in 16 bits


def by_rows(d: Derived, change: Change) -> Array:
    """The gradient of the weight as a sum over the rows of grad_output, rounded after each row."""
    total: Array = np.zeros_like(d.call.weight)
    for row in range(d.geometry.OH):
        gy = np.zeros_like(d.grad_output)
        gy[..., row, :] = d.grad_output[..., row, :]
        if gy.any():
            total = change((total + d.right(grad_output=gy)[1]).astype(total.dtype))
    return total


@derives_wrong("gradients.bound")
def half_weight_summed_by_rows(d: Derived) -> Gradients:
    """gradients in which that of a 16-bit weight is summed in the 16-bit type over the rows of large images"""
    gx, gw, gb = d.right()
    is_fast = gw.dtype in HALF and d.geometry.OH >= 32
    return gx, by_rows(d, lambda array: array) if is_fast else gw, gb


@derives_wrong("gradients.bound")
def wide_weight_summed_in_float16(d: Derived) -> Gradients:
    """gradients in which that of a float32 weight is summed in float16 over the rows of large images"""
    gx, gw, gb = d.right()
    is_fast = gw.dtype == np.float32 and d.geometry.OH >= 32
    return gx, by_rows(d, through("float16")) if is_fast else gw, gb


@derives_wrong("gradients.bound")
def dilated_weight_summed_four_bits_short(d: Derived) -> Gradients:
    """gradients in which that of the weight of a dilated kernel is summed over the rows without the last four bits"""
    gx, gw, gb = d.right()
    is_fast = max(d.geometry.dilation) > 1
    return gx, by_rows(d, rounded_to(of_precision(precision_of(gw) - 4))) if is_fast else gw, gb
