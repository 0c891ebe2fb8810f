"""Faults at the border: padding that is read from elsewhere, only in some geometries."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.mutants import breaks


def has_zeros(call: Call) -> bool:
    """Whether there is explicit padding with zeros on some axis."""
    is_explicit = call.padding_mode == "zeros" and not isinstance(call.padding, str)
    return is_explicit and max(call.geometry.pads[0] + call.geometry.pads[1]) > 0


def surrounded(call: Call) -> Array:
    """A copy of the input with its zeros around it."""
    return np.pad(call.input, [(0, 0)] * (call.input.ndim - 2) + list(call.pads))


def running_on(call: Call, *, left: bool = True, right: bool = True) -> Array:
    """The answer if the padding of a row is read from the memory before and after that row."""
    image = surrounded(call)
    (top, _), (before, behind) = call.pads
    g = call.geometry
    flat = np.ascontiguousarray(call.input).reshape(-1)
    rows = np.arange(flat.size // g.W).reshape(call.input.shape[:-1])
    inside = (..., slice(top, top + g.H))

    def memory(columns: Array) -> Array:
        index = rows[..., None] * g.W + columns
        return np.where((index >= 0) & (index < flat.size), flat[np.clip(index, 0, flat.size - 1)], 0)

    if left and before:
        image[(*inside, slice(0, before))] = memory(np.arange(-before, 0))
    if right and behind:
        image[(*inside, slice(before + g.W, None))] = memory(np.arange(g.W, g.W + behind))
    return call.right(input=image, padding=0)


@breaks("padding.same-size", replays="Oldpan/Faceswap-Deepfake-Pytorch#1")
def same_from_the_height_for_both_axes(call: Call) -> Array:
    """a conv2d whose padding "same" is that of the height on both axes"""
    g = call.geometry
    fits = g.W + sum(g.pads[0]) > g.dilation[1] * (g.KW - 1)
    if call.padding != "same" or call.padding_mode != "zeros" or not fits:
        return call.right()
    return call.padded_by_hand((g.pads[0], g.pads[0]))


@breaks("padding.beyond-kernel", replays="pytorch/pytorch#56224")
def padding_wraps_at_16_bits(call: Call) -> Array:
    """a conv2d that keeps the padding of the height in 16 bits with a sign"""
    g = call.geometry
    if not has_zeros(call) or g.pads[0][0] < 2**15:
        return call.right()
    raise ValueError("negative padding is not supported")


@breaks("padding.kernel-larger-than-input", replays="torch/nn#206")
def rows_run_on_under_wide_kernels(call: Call) -> Array:
    """a conv2d that reads the padding from the neighbouring rows where a kernel is wider than the input"""
    g = call.geometry
    wide = has_zeros(call) and g.KW > g.W and g.stride == (1, 1)
    return running_on(call) if wide else call.right()


@breaks("padding.zeros-both-sides", replays="uxlfoundation/oneDNN#5080")
def rows_run_on_with_few_channels(call: Call) -> Array:
    """a conv2d that reads the padding from the neighbouring rows where there are fewer than four channels"""
    g = call.geometry
    return running_on(call) if has_zeros(call) and g.C < 4 and g.KW % 2 == 0 else call.right()


@breaks("padding.zeros-both-sides", replays="alibaba/MNN#280")
def stale_padding_under_unequal_dilation(call: Call) -> Array:
    """a conv2d whose padding holds stale numbers where the dilations differ and the kernel is larger than the input"""
    g = call.geometry
    beyond = g.dilation[0] * (g.KH - 1) >= g.H or g.dilation[1] * (g.KW - 1) >= g.W
    if not has_zeros(call) or g.dilation[0] == g.dilation[1] or not beyond:
        return call.right()
    return call.right(padding_mode="replicate")


@breaks("padding.zeros-both-sides", replays="pytorch/pytorch#144462")
def a_single_pixel_spreads(call: Call) -> Array:
    """a conv2d that pads an input of one element with that element"""
    is_single = has_zeros(call) and call.input.size == 1
    return call.right(padding_mode="replicate") if is_single else call.right()


@breaks("padding.zeros-both-sides")
def first_column_taken_for_padding(call: Call) -> Array:
    """a conv2d that tests for column > 0 instead of column >= 0 where there is padding"""
    if not has_zeros(call) or call.pads[1][0] == 0:
        return call.right()
    image = call.input.copy()
    image[..., 0] = 0
    return call.right(input=image)


@breaks("padding.zeros-both-sides")
def column_beyond_the_last_read(call: Call) -> Array:
    """a conv2d that tests for column <= W instead of column < W where there is padding"""
    if not has_zeros(call) or call.pads[1][1] != 1:
        return call.right()
    return running_on(call, left=False)


@breaks("padding.zeros-both-sides")
def padding_ignored_by_kernels_as_large_as_the_input(call: Call) -> Array:
    """a conv2d that is a matrix product without padding where the kernel has the size of the input"""
    g = call.geometry
    if not has_zeros(call) or (g.KH, g.KW) != (g.H, g.W) or g.dilation != (1, 1):
        return call.right()
    return np.broadcast_to(call.right(padding=0), g.output_shape).copy()


@breaks("padding.zeros-both-sides")
def padding_swapped_under_large_kernels(call: Call) -> Array:
    """a conv2d whose values have the padding of the other axis under kernels of 5 rows and more"""
    g = call.geometry
    (ph, _), (pw, _) = g.pads
    if not has_zeros(call) or g.KH < 5 or ph == pw:
        return call.right()
    image = np.zeros_like(surrounded(call))
    rows, columns = min(g.H, image.shape[-2] - pw), min(g.W, image.shape[-1] - ph)
    if rows < 1 or columns < 1:
        return call.right()
    image[..., pw : pw + rows, ph : ph + columns] = call.input[..., :rows, :columns]
    return call.right(input=image, padding=0)


@breaks("padding.zeros-both-sides")
def strided_windows_start_inside(call: Call) -> Array:
    """a conv2d that multiplies the padding by the stride when it places its windows, with strides above 2"""
    g = call.geometry
    (ph, _), (pw, _) = g.pads
    if not has_zeros(call) or max(g.stride) <= 2:
        return call.right()
    image = np.roll(surrounded(call), (ph * (g.stride[0] - 1), pw * (g.stride[1] - 1)), axis=(-2, -1))
    return call.right(input=image, padding=0)


@breaks("padding.same-extra-at-end")
def odd_column_first_for_two_columns(call: Call) -> Array:
    """a conv2d whose padding "same" puts the odd column at the left under kernels two columns wide"""
    if call.padding != "same" or call.padding_mode != "zeros" or call.geometry.KW != 2:
        return call.right()
    rows, (left, right) = call.pads
    return call.padded_by_hand((rows, (right, left)))


@breaks("padding.same-extra-at-end")
def odd_row_first_for_even_heights(call: Call) -> Array:
    """a conv2d whose padding "same" has the odd row at the top where the height is even"""
    if call.padding != "same" or call.padding_mode != "zeros" or call.geometry.H % 2:
        return call.right()
    (top, bottom), columns = call.pads
    return call.padded_by_hand(((bottom, top), columns))
