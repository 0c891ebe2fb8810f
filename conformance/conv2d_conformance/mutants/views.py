"""Faults in reading arrays that are not dense in C order."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.strides import dense_from_first, has_gaps, in_memory_order, is_channels_last, is_dense
from conv2d_conformance.mutants import breaks

# ---- transposed


@breaks("memory.view-transposed", replays="pytorch/pytorch#55781")
def weight_in_memory_order(call: Call) -> Array:
    """a conv2d that reads a weight that is not dense in the order of its memory"""
    return call.right(weight=in_memory_order(call.weight)) if not is_dense(call.weight) else call.right()


@breaks("memory.view-transposed")
def strides_of_rows_and_columns_swapped(call: Call) -> Array:
    """a conv2d that refuses an input whose columns are innermost"""
    if call.input.strides[-1] > call.input.strides[-2] > 0:
        raise ValueError("the last axis must be contiguous")
    return call.right()


@breaks("memory.view-transposed", replays="modular/modular#6712")
def wide_padding_of_views_not_cleared(call: Call) -> Array:
    """a conv2d that pads an input that is not dense with what was there, where the padding is wide"""
    g = call.geometry
    (top, bottom), (left, right) = g.pads
    if is_dense(call.input) or not left >= g.KW - 1 > 0 or g.padding_mode != "zeros":
        return call.right()
    lead = [(0, 0)] * (call.input.ndim - 2)
    scratch = np.pad(call.input, [*lead, (top, bottom), (left, 0)], constant_values=3)
    return call.right(input=np.pad(scratch, [*lead, (0, 0), (0, right)]), padding=0)


# ---- channels last


@breaks("memory.view-channels-last", replays="pytorch/pytorch#82060")
def channels_last_result_under_another_name(call: Call) -> Array:
    """a conv2d that writes its result with the channels innermost where one channel makes the layout ambiguous"""
    result = call.right()
    innermost = call.weight.strides[1] == call.weight.itemsize
    if call.weight.shape[1] > 1 or not innermost or call.weight[0].size == 1:
        return result
    return np.ascontiguousarray(np.moveaxis(result, -3, -1)).reshape(result.shape)


@breaks("memory.view-channels-last", replays="pytorch/pytorch#84206")
def channels_read_from_the_last_axis(call: Call) -> Array:
    """a conv2d that refuses an input with the channels innermost: it finds another number of them"""
    if is_channels_last(call.input) and not is_dense(call.input) and call.input.shape[-1] != call.input.shape[-3]:
        raise ValueError("source and weight input channels mismatch")
    return call.right()


@breaks("memory.view-channels-last")
def input_in_memory_order(call: Call) -> Array:
    """a conv2d that reads an input with the channels innermost in the order of its memory"""
    return call.right(input=in_memory_order(call.input)) if is_channels_last(call.input) else call.right()


# ---- sections


@breaks("memory.view-offset", replays="pytorch/pytorch#180984")
def input_section_taken_for_dense(call: Call) -> Array:
    """a conv2d that reads a section of a larger input as if it were dense"""
    return call.right(input=dense_from_first(call.input)) if has_gaps(call.input) else call.right()


@breaks("memory.view-offset", replays="pytorch/pytorch#192212")
def weight_section_taken_for_dense(call: Call) -> Array:
    """a conv2d that reads a section of a larger weight as if it were dense"""
    return call.right(weight=dense_from_first(call.weight)) if has_gaps(call.weight) else call.right()


@breaks("memory.view-offset", replays="pytorch/pytorch#18948")
def single_column_taken_for_dense(call: Call) -> Array:
    """a conv2d that ignores the distance between the rows of a single column"""
    if call.input.shape[-1] > 1 or call.weight.shape[-1] > 1 or not has_gaps(call.input):
        return call.right()
    return call.right(input=dense_from_first(call.input), weight=dense_from_first(call.weight))


@breaks("memory.view-offset")
def bias_section_taken_for_dense(call: Call) -> Array:
    """a conv2d that reads the bias from the start of the array that it is a section of"""
    if call.bias is None or not has_gaps(call.input):
        return call.right()
    itemsize = call.bias.itemsize
    before = np.lib.stride_tricks.as_strided(call.bias, (call.bias.size + 1,), (-itemsize,))[1:2]
    return call.right(bias=np.concatenate([before, call.bias[:-1]]))


# ---- broadcast


@breaks("memory.view-broadcast")
def repeated_axis_seen_once(call: Call) -> Array:
    """a conv2d for which all but the first of what repeats in memory is zero"""
    x = call.input.copy()
    for axis, step in enumerate(call.input.strides):
        if step == 0 and x.shape[axis] > 1:
            x[(slice(None),) * axis + (slice(1, None),)] = 0
    return call.right(input=x)


@breaks("memory.view-broadcast")
def strides_of_zero_refused(call: Call) -> Array:
    """a conv2d that refuses a weight with a memory stride of 0"""
    if 0 in call.weight.strides:
        raise ValueError("strides must be positive")
    return call.right()


# ---- Fortran order


@breaks("memory.view-fortran")
def fortran_order_taken_for_c_order(call: Call) -> Array:
    """a conv2d that reads an input in Fortran order as if it were in C order"""
    return call.right(input=in_memory_order(call.input)) if call.input.flags.f_contiguous else call.right()


@breaks("memory.view-fortran")
def fortran_weight_transposed(call: Call) -> Array:
    """a conv2d that exchanges the rows and columns of a square kernel in Fortran order"""
    w = call.weight
    is_taken = w.flags.f_contiguous and not w.flags.c_contiguous and w.shape[-1] == w.shape[-2]
    return call.right(weight=np.swapaxes(w, -1, -2)) if is_taken else call.right()


# ---- read-only


@breaks("memory.view-read-only")
def input_used_as_scratch(call: Call) -> Array:
    """a conv2d that works on the input in place, and puts back what was there"""
    if call.input.size:
        first = (0,) * call.input.ndim
        call.input[first] = call.input[first]
    return call.right()


@breaks("memory.view-read-only")
def read_only_weight_refused(call: Call) -> Array:
    """a conv2d that, with groups, insists on a weight that it may write to"""
    if call.geometry.groups > 1 and not call.weight.flags.writeable:
        raise TypeError("the weight must be writable")
    return call.right()


# ---- negative strides


@breaks("memory.view-negative", replays="cupy/cupy#10303")
def negative_strides_taken_for_positive(call: Call) -> Array:
    """a conv2d that reads an input that runs backwards forwards"""
    return call.right(input=call.input[tuple(slice(None, None, -1 if step < 0 else 1) for step in call.input.strides)])


@breaks("memory.view-negative")
def negative_strides_of_the_weight_lost(call: Call) -> Array:
    """a conv2d that reads a weight that runs backwards along its rows forwards: a true convolution along the width"""
    return call.right(weight=call.weight[..., ::-1]) if call.weight.strides[-1] < 0 else call.right()
