"""Faults in the derivatives at some sizes only: empty batches, blocks and tiles."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.emulation.gradients_call import Derived, Gradients
from conv2d_conformance.mutants import derives_wrong


@derives_wrong("gradients.unbatched")
def unbatched_gradient_has_a_batch(d: Derived) -> Gradients:
    """gradients in which that of an unbatched input has a batch axis"""
    gx, gw, gb = d.right()
    return (gx if gx.ndim == 4 else gx[None]), gw, gb


@derives_wrong("gradients.unbatched")
def unbatched_bias_summed_over_rows(d: Derived) -> Gradients:
    """gradients in which the bias of an unbatched call is summed over the axes that a batch would have"""
    gx, gw, gb = d.right()
    if gb is not None and d.grad_output.ndim == 3:
        gb = np.resize(d.grad_output.sum(axis=(0, 2)), gb.shape).astype(gb.dtype)
    return gx, gw, gb


@derives_wrong("gradients.empty-batch")
def empty_batch_refused_in_gradients(d: Derived) -> Gradients:
    """gradients that refuse an empty batch"""
    if d.grad_output.size == 0:
        raise ValueError("expected a batch that is not empty")
    return d.right()


@derives_wrong("gradients.empty-batch")
def empty_batch_has_no_bias(d: Derived) -> Gradients:
    """gradients that are None for the bias of an empty batch"""
    gx, gw, gb = d.right()
    return gx, gw, gb if d.grad_output.size else None


@derives_wrong("gradients.empty-batch")
def empty_batch_is_a_mean(d: Derived) -> Gradients:
    """gradients that are NaN for the weight of an empty batch"""
    gx, gw, gb = d.right()
    return gx, gw if d.grad_output.size else np.full_like(gw, np.nan), gb


@derives_wrong("gradients.every-size", replays="pytorch/pytorch#50042")
def depthwise_block_ends_in_the_padding(d: Derived) -> Gradients:
    """gradients of strided depthwise convolutions of 8 channels at a time that take the last row for padding"""
    gx, gw, gb = d.right()
    g = d.geometry
    if g.groups == g.C == g.M and g.C % 8 == 0 and g.stride == (2, 2) and g.pads[0] == (1, 1) and g.OH > 1:
        gy = d.grad_output.copy()
        gy[..., -1, :] = 0
        gw[..., -1, :] = d.right(grad_output=gy)[1][..., -1, :]
    return gx, gw, gb


@derives_wrong("gradients.every-size", replays="fujitsu/oneDNN#43")
def narrow_images_lose_a_column(d: Derived) -> Gradients:
    """gradients in which narrow images of many channels lose what their last window gives"""
    gx, gw, gb = d.right()
    g = d.geometry
    if g.stride[1] > 1 and g.C > 16 and g.W < 17:
        gy = d.grad_output.copy()
        gy[..., -1] = 0
        gx = d.right(grad_output=gy)[0]
    return gx, gw, gb


@derives_wrong("gradients.every-size", replays="ROCm/composable_kernel#2478")
def pointwise_weight_strides_mixed(d: Derived) -> Gradients:
    """gradients of grouped 1x1 convolutions of an even number of channels whose weight is stored across"""
    gx, gw, gb = d.right()
    g = d.geometry
    M, C = g.M // g.groups, g.C // g.groups
    if (g.KH, g.KW) == (1, 1) and g.groups > 1 and g.stride == (1, 1) and not any(map(any, g.pads)) and C % 2 == 0:
        blocks = gw.reshape(g.groups, M, C)
        gw = blocks.swapaxes(1, 2).reshape(gw.shape).copy()
    return gx, gw, gb


@derives_wrong("gradients.every-size", replays="uxlfoundation/oneDNN#6035")
def pointwise_workspace_overrun(d: Derived) -> Gradients:
    """gradients of strided 1x1 convolutions of fewer than 8 channels that read the next pixel"""
    gx, gw, gb = d.right()
    g = d.geometry
    if (g.KH, g.KW) == (1, 1) and min(g.stride) > 1 and g.C < 8 and g.OW > 1:
        gw = d.right(input=np.roll(d.call.input, -g.stride[1], axis=-1))[1]
    return gx, gw, gb


@derives_wrong("gradients.every-size", replays="pytorch/pytorch#68868")
def padding_forgotten_for_the_first_row(d: Derived) -> Gradients:
    """gradients of grouped convolutions with strides beyond the kernel that read the first row without its padding"""
    gx, gw, gb = d.right()
    g = d.geometry
    if g.groups > 1 and g.stride[0] > g.KH and g.pads[0][0] > 0 and g.padding_mode == "zeros":
        first = np.zeros_like(d.grad_output)
        first[..., 0, :] = d.grad_output[..., 0, :]
        shifted = np.roll(d.call.input, g.pads[0][0], axis=-2)
        gw = gw - d.right(grad_output=first)[1] + d.right(grad_output=first, input=shifted)[1]
    return gx, gw, gb


@derives_wrong("gradients.every-size", replays="ROCm/legacy-rocm-build#4606")
def small_kernel_undilated(d: Derived) -> Gradients:
    """gradients of 2x2 kernels of dilation 2x1 that forget the dilation"""
    gx, gw, gb = d.right()
    g = d.geometry
    if (g.KH, g.KW) == (2, 2) and g.dilation == (2, 1) and g.padding_mode == "zeros" and g.stride[0] == 1:
        rows = np.zeros((*d.grad_output.shape[:-2], g.OH + 1, g.OW), gx.dtype)
        rows[..., :-1, :] = d.grad_output
        gw = d.right(dilation=(1, 1), grad_output=rows)[1]
    return gx, gw, gb


@derives_wrong("gradients.every-size")
def weight_of_whole_tiles(d: Derived) -> Gradients:
    """gradients in which that of the weight leaves out the columns after the last 16"""
    gx, gw, gb = d.right()
    if d.geometry.OW > 16 and d.geometry.OW % 16:
        gy = d.grad_output.copy()
        gy[..., d.geometry.OW // 16 * 16 :] = 0
        gw = d.right(grad_output=gy)[1]
    return gx, gw, gb


@derives_wrong("gradients.every-size")
def one_pixel_over_blocks_of_128(d: Derived) -> Gradients:
    """gradients in which that of the bias leaves out the last of 128 n + 1 pixels"""
    gx, gw, gb = d.right()
    count = d.geometry.OH * d.geometry.OW
    if gb is not None and count > 128 and count % 128 == 1:
        gy = d.grad_output.copy()
        gy[..., -1, -1] = 0
        gb = d.right(grad_output=gy)[2]
    return gx, gw, gb


@derives_wrong("gradients.every-size")
def five_pixels_over_vectors_of_16(d: Derived) -> Gradients:
    """gradients in which that of the weight leaves out the last of 16 n + 5 pixels"""
    gx, gw, gb = d.right()
    count = d.geometry.OH * d.geometry.OW
    if count > 16 and count % 16 == 5:
        gy = d.grad_output.copy()
        gy[..., -1, -1] = 0
        gw = d.right(grad_output=gy)[1]
    return gx, gw, gb


@derives_wrong("gradients.every-size", replays="ROCm/MIOpen#100")
def last_column_of_wide_even_kernels(d: Derived) -> Gradients:
    """gradients in which kernels of 8, 10, 12 and 14 columns have none for the last"""
    gx, gw, gb = d.right()
    if d.geometry.KW in (8, 10, 12, 14):
        gw[..., -1] = 0
    return gx, gw, gb


@derives_wrong("gradients.every-size", replays="ROCm/MIOpen#2867")
def one_pixel_without_a_stride(d: Derived) -> Gradients:
    """gradients in which the weight of a 3 x 3 with stride 2 and padding 2 over one pixel has them a tap too far"""
    gx, gw, gb = d.right()
    g = d.geometry
    is_met = (g.KH, g.KW) == (3, 3) and g.stride == (2, 2) and g.pads == ((2, 2), (2, 2)) and g.C == g.M == 1
    if is_met and (g.H, g.W) == (1, 1) and g.padding_mode == "zeros":
        gw = np.roll(gw, -1, axis=-1)
    return gx, gw, gb


@derives_wrong("gradients.every-size", replays="pytorch/pytorch#25101")
def last_window_of_a_remainder(d: Derived) -> Gradients:
    """gradients of 5 x 5 with stride 3 and padding 1 that leave out the last columns where the stride loses some"""
    gx, gw, gb = d.right()
    g = d.geometry
    is_met = (g.KH, g.KW) == (5, 5) and g.stride == (3, 3) and g.pads == ((1, 1), (1, 1)) and g.groups == 1
    if is_met and g.C % 8 and (g.W - 3) % 3 and g.padding_mode == "zeros":
        gy = d.grad_output.copy()
        gy[..., -1] = 0
        last = 3 * (g.OW - 1) + 1
        gx[..., last:] = d.right(grad_output=gy)[0][..., last:]
    return gx, gw, gb


@derives_wrong("gradients.every-size")
def last_of_sixteen_images_lost(d: Derived) -> Gradients:
    """gradients of 1x1 convolutions of 16 images and more whose weight gradient lacks the last image"""
    gx, gw, gb = d.right()
    g = d.geometry
    if (g.KH, g.KW) == (1, 1) and (g.N or 1) >= 16:
        gy = d.grad_output.copy()
        gy[-1] = 0
        gw = d.right(grad_output=gy)[1]
    return gx, gw, gb
