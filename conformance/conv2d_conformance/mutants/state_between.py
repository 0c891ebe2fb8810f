"""Faults in buffers, plans and modes that outlive a call, and show where the next one differs in one respect."""

from __future__ import annotations

from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.cache_keys import Cache
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.gradients_call import Derived, Gradients
from conv2d_conformance.emulation.spoiling import spoilt
from conv2d_conformance.mutants import breaks, derives_wrong


def attributes(call: Call) -> tuple[Any, ...]:
    """The attributes of the call as a key; lists become tuples."""
    given = (call.stride, call.padding, call.dilation, call.groups)
    return tuple(tuple(value) if isinstance(value, list) else value for value in given)


# ---- arguments that are equal, and not the same

_REFUSED: Cache = {}


@breaks("determinism.after-rejection")
def refusals_remembered_by_equality(call: Call) -> Array:
    """a conv2d that remembers what it refused by arguments and shapes, and so takes 1 for the 1.0 that it refused"""
    key = attributes(call), np.shape(call.input), np.shape(call.weight)
    if (error := _REFUSED.get(key)) is not None:
        raise error
    try:
        return call.right()
    except TypeError as error:
        if all(np.ndim(array) == 4 for array in (call.input, call.weight)):
            _REFUSED[key] = error
        raise


_STRIDES: Cache = {}


@breaks("determinism.after-rejection")
def plan_of_a_refused_stride_kept(call: Call) -> Array:
    """a conv2d that makes the plan for a stride before it refuses it, with a stride of 1 where it is no integer"""
    value = tuple(call.stride) if isinstance(call.stride, list) else call.stride
    is_pair = isinstance(value, tuple) and len(value) == 2
    plan = _STRIDES.setdefault(value, "one" if is_pair and any(isinstance(side, float) for side in value) else "own")
    result = call.right()
    return call.right(stride=1) if plan == "one" and call.padding != "same" else result


_CHECKED: set[Any] = set()


@breaks("determinism.no-state")
def checked_arguments_remembered(call: Call) -> Array:
    """a conv2d that does not check a stride, a padding and a dilation again that equal those that it has checked"""
    key = attributes(call)[:3]
    if key in _CHECKED:
        stride, padding, dilation = (
            value if isinstance(value, str) else tuple(map(int, value)) if isinstance(value, tuple) else int(value)
            for value in key
        )
        return call.right(stride=stride, padding=padding, dilation=dilation)
    result = call.right()
    _CHECKED.add(key)
    return result


# ---- buffers

_RESULTS: Cache = {}


@breaks("determinism.no-state")
def zeros_not_written(call: Call) -> Array:
    """a conv2d that leaves a result where it was in the buffer of its shape where every product is zero"""
    result = call.right()
    buffer: Array = _RESULTS.setdefault((result.shape, result.dtype.str), np.zeros_like(result))
    any_product = call.right(input=np.abs(call.input), weight=np.abs(call.weight), bias=None) != 0
    buffer[any_product] = result[any_product]
    return buffer.copy()


_GROUPED: Cache = {}


@breaks("determinism.no-state")
def groups_of_zeros_not_written(call: Call) -> Array:
    """a grouped conv2d that leaves the filters of zeros where they were in the buffer of its shape"""
    result = call.right()
    g = call.geometry
    if g.groups == 1 or result.ndim != 4:
        return result
    buffer: Array = _GROUPED.setdefault((result.shape, result.dtype.str), np.zeros_like(result))
    written = call.weight.reshape(g.M, -1).any(axis=1)
    buffer[:, written] = result[:, written]
    return buffer.copy()


_SCRATCH = np.zeros(0)


@breaks("determinism.no-state")
def padding_of_the_call_before(call: Call) -> Array:
    """a conv2d whose padded input lies where an earlier one lay, and whose padding is cleared for the first alone"""
    global _SCRATCH  # it grows
    g, x = call.geometry, call.input
    if g.padding_mode != "zeros" or not any(map(any, g.pads)):
        return call.right()
    (top, bottom), (left, right) = g.pads
    shape = (*x.shape[:-2], top + g.H + bottom, left + g.W + right)
    size = int(np.prod(shape))
    if _SCRATCH.size < size:
        _SCRATCH = np.zeros(size)
    padded = _SCRATCH[:size].reshape(shape)
    padded[..., top : top + g.H, left : left + g.W] = x
    return call.right(input=padded.astype(x.dtype), padding=0)


# ---- modes that alternate

_TYPES: Cache = {}


@breaks("determinism.no-state")
def lowest_precision_of_a_shape_kept(call: Call) -> Array:
    """a conv2d that computes in 16 bits once arrays of these shapes came in 16 bits"""
    result = call.right()
    key = call.input.shape, call.weight.shape, attributes(call)
    lowest = _TYPES[key] = min(_TYPES.get(key, call.input.dtype), call.input.dtype, key=lambda dtype: dtype.itemsize)
    return result if lowest.itemsize >= call.input.dtype.itemsize else spoilt(result) if result.size else result


_BEFORE: list[Any] = []


@breaks("determinism.no-state")
def bias_of_the_call_before(call: Call) -> Array:
    """a conv2d that adds the bias of the call before where it has none of its own, and the shapes are the same"""
    result = call.right()
    before = _BEFORE.pop() if _BEFORE else None
    shapes = call.input.shape, call.weight.shape, call.input.dtype.str
    _BEFORE.append((shapes, None if call.bias is None else call.bias.copy()))
    if before is None or before[0] != shapes or before[1] is None or call.bias is not None:
        return result
    return call.right(bias=before[1])


_GROUPS: list[Any] = []


@breaks("determinism.no-state")
def refused_after_other_groups(call: Call) -> Array:
    """a conv2d that refuses an input whose shape came with another number of groups a moment ago"""
    result = call.right()
    before = _GROUPS.pop() if _GROUPS else None
    _GROUPS.append((call.input.shape, call.geometry.groups))
    if before is not None and before[0] == call.input.shape and before[1] != call.geometry.groups:
        raise RuntimeError("the descriptor of the input is in use")
    return result


# ---- gradients, the convolution, gradients

_SAVED: Cache = {}


def input_saved(call: Call) -> Array:
    _SAVED[call.input.shape, call.input.dtype.str] = call.input.copy()
    return call.right()


@derives_wrong("gradients.no-state", forward=input_saved)
def input_of_the_last_convolution(d: Derived) -> Gradients:
    """gradients of the weight from the input that the last convolution of this shape saved"""
    gx, gw, gb = d.right()
    saved = _SAVED.get((d.call.input.shape, d.call.input.dtype.str))
    return gx, gw if saved is None else d.right(input=saved)[1], gb


_MODE: list[bool] = []


def wrong_after_gradients(call: Call) -> Array:
    was_derived, _MODE[:] = bool(_MODE), []
    result = call.right()
    return spoilt(result) if was_derived and result.size else result


@derives_wrong("gradients.no-state", forward=wrong_after_gradients)
def mode_left_on(d: Derived) -> Gradients:
    """a convolution that is wrong right after gradients: it still saves what it computes"""
    _MODE[:] = [True]
    return d.right()


_OF_WEIGHT: Cache = {}


@derives_wrong("gradients.no-state")
def gradients_of_zero_not_written(d: Derived) -> Gradients:
    """gradients of the weight that stay in the buffer of their shape where they are zero"""
    gx, gw, gb = d.right()
    buffer: Array = _OF_WEIGHT.setdefault((gw.shape, gw.dtype.str), np.zeros_like(gw))
    buffer[gw != 0] = gw[gw != 0]
    return gx, buffer.copy(), gb


_OF_DTYPE: Cache = {}


@derives_wrong("gradients.no-state")
def first_dtype_of_a_shape_kept(d: Derived) -> Gradients:
    """gradients of the input that are rounded to the 16 bits in which they came first"""
    gx, gw, gb = d.right()
    dtype = _OF_DTYPE.setdefault((gx.shape, gw.shape), gx.dtype)
    lower = dtype.itemsize < gx.dtype.itemsize
    return (gx + gx.astype(dtype) / 64).astype(gx.dtype) if lower else gx, gw, gb
