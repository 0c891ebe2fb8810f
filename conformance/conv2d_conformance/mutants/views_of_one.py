"""Faults in reading one array of a call that is a view, or one axis of it."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.gradients_call import Derived, Gradients
from conv2d_conformance.emulation.strides import dense_from_first, has_gaps, in_memory_order, is_channels_last, is_dense
from conv2d_conformance.mutants import breaks, derives_wrong


def read_with(array: Array, strides: tuple[int, ...]) -> Array:
    """The elements at other strides from the first one on, as far as the array reaches."""
    extent = [(size - 1) * step for size, step in zip(array.shape, strides, strict=True)]
    reach = [(size - 1) * step for size, step in zip(array.shape, array.strides, strict=True)]
    return np.lib.stride_tricks.as_strided(array, strides=strides).copy() if sum(extent) <= sum(reach) else array


def has_steps(array: Array) -> bool:
    """Whether neighbours along the last axis are not adjacent in memory."""
    return bool(array.strides[-1] > array.itemsize)


# ---- steps


@breaks("memory.view-steps")
def steps_of_the_weight_ignored(call: Call) -> Array:
    """a conv2d that reads a weight with steps, as w[:, :, ::2, ::2] has, as if it were dense"""
    w = call.weight
    return call.right(weight=dense_from_first(w)) if has_steps(w) and has_gaps(w) else call.right()


@breaks("memory.view-steps")
def step_of_the_second_axis_ignored(call: Call) -> Array:
    """a conv2d that takes the channels of an input with steps for planes that follow each other"""
    x = call.input
    if not (has_steps(x) and has_gaps(x)) or x.shape[-3] == 1:
        return call.right()
    channel = x.shape[-1] * x.shape[-2] * x.strides[-1]
    return call.right(input=read_with(x, (*x.strides[:-3], channel, *x.strides[-2:])))


@breaks("memory.view-steps")
def steps_of_the_bias_ignored(call: Call) -> Array:
    """a conv2d that reads a bias with a step as if it were dense"""
    b = call.bias
    return call.right(bias=dense_from_first(b)) if b is not None and has_steps(b) and b.size > 1 else call.right()


# ---- the layout of one array taken for that of another


@breaks("memory.view-channels-last")
def layout_of_the_weight_taken_for_the_input(call: Call) -> Array:
    """a conv2d that reads a dense input with the channels innermost where those of the weight are"""
    w = call.weight
    if not is_channels_last(w) or is_dense(w) or not is_dense(call.input):
        return call.right()
    x = call.input
    as_last = x.reshape(*x.shape[:-3], x.shape[-2], x.shape[-1], x.shape[-3])
    return call.right(input=np.moveaxis(as_last, -1, -3).copy())


@breaks("memory.view-transposed")
def layout_of_the_input_taken_for_the_weight(call: Call) -> Array:
    """a conv2d that reads a dense weight with rows and columns exchanged where those of the input are"""
    x, w = call.input, call.weight
    if not is_dense(w) or is_dense(x) or x.strides[-2] >= x.strides[-1]:
        return call.right()
    return call.right(weight=np.swapaxes(w.reshape(*w.shape[:-2], w.shape[-1], w.shape[-2]), -1, -2).copy())


@breaks("memory.view-channels-last")
def rows_of_one_channel_one_pixel_apart(call: Call) -> Array:
    """a conv2d that reads past a channels-last input of one channel, in several images, under a stride of the width"""
    x, g = call.input, call.geometry
    ambiguous = g.C == 1 and x.ndim == 4 and len(x) > 1 and x.strides[1] == x.itemsize
    if not ambiguous or not g.stride[0] < g.stride[1] or x[0].size == 1:
        return call.right()
    shifted = np.concatenate([x.ravel()[1:], np.full(1, np.nan, x.dtype)])
    return call.right(input=shifted.reshape(x.shape))


@breaks("memory.view-channels-last")
def bias_lost_where_channels_last_meets_nothing(call: Call) -> Array:
    """a conv2d that leaves out the bias of a channels-last input which none of its dilated windows meets"""
    x, g = call.input, call.geometry
    if is_dense(x) or not is_channels_last(x) or g.dilation == (1, 1):
        return call.right()
    taps = call.right(input=np.ones_like(x), weight=np.ones_like(call.weight), bias=None)
    return call.right() if taps.any() else call.right(bias=None)


@breaks("memory.view-offset")
def sixteen_bit_sections_taken_for_dense(call: Call) -> Array:
    """a conv2d that reads a section of a larger input as if it were dense in 16-bit types"""
    x = call.input
    return call.right(input=dense_from_first(x)) if x.itemsize == 2 and has_gaps(x) else call.right()


# ---- gradients


@derives_wrong("gradients.view-transposed")
def transposed_grad_output_in_memory_order(d: Derived) -> Gradients:
    """gradients that read a grad_output with its columns innermost in the order of its memory"""
    gy = d.grad_output
    return (
        d.right(grad_output=in_memory_order(gy)) if not is_dense(gy) and gy.strides[-2] < gy.strides[-1] else d.right()
    )


@derives_wrong("gradients.view-channels-last")
def grad_output_in_the_layout_of_the_weight(d: Derived) -> Gradients:
    """gradients that read a dense grad_output with the channels innermost where those of the weight are"""
    gy, w = d.grad_output, d.call.weight
    if not is_channels_last(w) or is_dense(w) or not is_dense(gy):
        return d.right()
    as_last = gy.reshape(*gy.shape[:-3], gy.shape[-2], gy.shape[-1], gy.shape[-3])
    return d.right(grad_output=np.moveaxis(as_last, -1, -3).copy())


@derives_wrong("gradients.view-channels-last")
def channels_last_gradients_of_pairs_swapped(d: Derived) -> Gradients:
    """gradients of a channels-last weight with two channels a group, whose two channels are exchanged"""
    gx, gw, gb = d.right()
    w = d.call.weight
    taken = w.shape[1] == 2 and d.geometry.groups > 1 and is_channels_last(w) and not is_dense(w)
    return gx, gw[:, ::-1].copy() if taken else gw, gb


@derives_wrong("gradients.view-offset")
def grad_output_section_taken_for_dense(d: Derived) -> Gradients:
    """gradients that read a section of a larger grad_output as if it were dense"""
    gy = d.grad_output
    return d.right(grad_output=dense_from_first(gy)) if has_gaps(gy) else d.right()


@derives_wrong("gradients.view-broadcast")
def repeated_grad_output_seen_once(d: Derived) -> Gradients:
    """gradients for which all but the first of what grad_output repeats in memory is zero"""
    gy = d.grad_output.copy()
    for axis, step in enumerate(d.grad_output.strides):
        if step == 0 and gy.shape[axis] > 1:
            gy[(slice(None),) * axis + (slice(1, None),)] = 0
    return d.right(grad_output=gy)


@derives_wrong("gradients.view-broadcast")
def repeated_element_counted_once_for_the_bias(d: Derived) -> Gradients:
    """gradients in which a row of grad_output that repeats one element counts as that element for the bias"""
    gx, gw, gb = d.right()
    columns = d.grad_output.shape[-1]
    is_repeated = columns > 1 and d.grad_output.strides[-1] == 0
    return gx, gw, (gb / columns).astype(gb.dtype) if gb is not None and is_repeated else gb


@derives_wrong("gradients.view-fortran")
def fortran_grad_output_taken_for_c_order(d: Derived) -> Gradients:
    """gradients that read a grad_output in Fortran order as if it were in C order"""
    gy = d.grad_output
    return d.right(grad_output=in_memory_order(gy)) if gy.flags.f_contiguous else d.right()


@derives_wrong("gradients.view-read-only")
def grad_output_used_as_scratch(d: Derived) -> Gradients:
    """gradients that work on grad_output in place, and put back what was there"""
    if d.grad_output.size:
        first = (0,) * d.grad_output.ndim
        d.grad_output[first] = d.grad_output[first]
    return d.right()


@derives_wrong("gradients.view-negative")
def backward_grad_output_read_forwards(d: Derived) -> Gradients:
    """gradients of the weight from a grad_output that runs backwards along its rows, read forwards"""
    gx, gw, gb = d.right()
    gy = d.grad_output
    return gx, d.right(grad_output=gy[..., ::-1])[1] if gy.strides[-1] < 0 else gw, gb


@derives_wrong("gradients.view-steps")
def steps_of_grad_output_ignored(d: Derived) -> Gradients:
    """gradients of the input from a grad_output with steps, read as if it were dense"""
    gx, gw, gb = d.right()
    gy = d.grad_output
    return d.right(grad_output=dense_from_first(gy))[0] if has_steps(gy) and has_gaps(gy) else gx, gw, gb


@derives_wrong("gradients.view-steps")
def stepped_weight_next_to_a_dense_input(d: Derived) -> Gradients:
    """gradients of the input that take a weight with steps for dense next to an input that is dense"""
    gx, gw, gb = d.right()
    x, w = d.call.input, d.call.weight
    taken = has_steps(w) and has_gaps(w) and is_dense(x)
    return d.right(weight=dense_from_first(w))[0] if taken else gx, gw, gb
