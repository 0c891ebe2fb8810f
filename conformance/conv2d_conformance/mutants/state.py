"""Faults in the state that is kept from one call to the next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.cache_keys import Cache, address, configuration
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.spoiling import spoilt
from conv2d_conformance.mutants import breaks

# ---- remembered answers

_ANSWERS: Cache = {}


@breaks("determinism.no-state", replays="tenstorrent/tt-metal#18055")
def answers_by_configuration(call: Call) -> Array:
    """a conv2d that answers every call of a configuration as it answered the first"""
    found: Array = _ANSWERS.setdefault(configuration(call), call.right())
    return found.copy()


_AT_ADDRESS: Cache = {}


@breaks("determinism.no-state")
def answers_by_address(call: Call) -> Array:
    """a conv2d that answers anew only where its input lies at another address"""
    key = configuration(call), address(call.input), address(call.weight)
    found: Array = _AT_ADDRESS.setdefault(key, call.right())
    return found.copy()


_OF_INPUT: Cache = {}


@breaks("determinism.no-state")
def answers_by_input_data(call: Call) -> Array:
    """a conv2d that remembers its answers by the data of the input alone"""
    found: Array = _OF_INPUT.setdefault((configuration(call), call.input.tobytes()), call.right())
    return found.copy()


# ---- remembered arrays

_WEIGHTS: Cache = {}


@breaks("determinism.no-state", replays="uxlfoundation/oneDNN#1113")
def packed_weight_kept(call: Call) -> Array:
    """a conv2d that packs the weight of a configuration once, and uses it ever after"""
    return call.right(weight=_WEIGHTS.setdefault(configuration(call), call.weight.copy()))


_LAST_WEIGHT: Cache = {}


@breaks("determinism.no-state")
def weight_compared_by_its_first_element(call: Call) -> Array:
    """a conv2d that packs a weight anew only where its shape or its first element is another"""
    key = call.weight.shape, call.weight.dtype.str
    kept = _LAST_WEIGHT.get(key)
    if kept is None or kept.flat[0] != call.weight.flat[0]:
        kept = _LAST_WEIGHT[key] = call.weight.copy()
    return call.right(weight=kept)


_BIAS: Cache = {}


@breaks("determinism.no-state")
def first_bias_kept(call: Call) -> Array:
    """a conv2d that adds the first bias that it got for a number of channels"""
    if call.bias is None:
        return call.right()
    call.right()
    return call.right(bias=_BIAS.setdefault((call.bias.shape, call.bias.dtype.str), call.bias.copy()))


_BUFFERS_READ: Cache = {}


@breaks("determinism.no-state")
def old_address_read(call: Call) -> Array:
    """a conv2d that reads the input of a configuration where it lay in the first call"""
    result = call.right()
    return call.right(input=_BUFFERS_READ.setdefault(configuration(call), call.input)) if result.size else result


# ---- remembered geometry

_PADS: Cache = {}


@breaks("determinism.no-state", replays="tensorflow/tensorflow#30167")
def size_of_the_first_input_kept(call: Call) -> Array:
    """a conv2d that crops every result to the size that the first input of its weight called for"""
    result = call.right()
    g = call.geometry
    attributes = g.stride, g.dilation, g.pads, g.groups, call.weight.shape
    rows, columns = _PADS.setdefault(attributes, (g.OH, g.OW))
    return result[..., :rows, :columns].copy()


_DTYPES: list[np.dtype[Any]] = []


@breaks("determinism.no-state")
def precision_of_the_call_before(call: Call) -> Array:
    """a conv2d that computes in the precision of the call before where that is lower"""
    before = _DTYPES.pop() if _DTYPES else call.input.dtype
    result = call.right()
    _DTYPES.append(call.input.dtype)
    if before.itemsize >= call.input.dtype.itemsize:
        return result
    return (result + result.astype(before) / 64).astype(result.dtype)


_STRIDE: list[Any] = []


@breaks("determinism.no-state")
def stride_of_the_call_before(call: Call) -> Array:
    """a conv2d that takes the stride of the call before where the shapes are the same"""
    result = call.right()
    before = _STRIDE.pop() if _STRIDE else None
    _STRIDE.append((call.input.shape, call.weight.shape, call.stride))
    if before is None or before[:2] != (call.input.shape, call.weight.shape) or call.padding == "same":
        return result
    return call.right(stride=before[2])


# ---- counted calls

_CALLS = {"first": 0, "fiftieth": 0, "second": 0}


def count(name: str) -> int:
    _CALLS[name] += 1
    return _CALLS[name]


@breaks("determinism.no-state")
def right_on_the_first_call(call: Call) -> Array:
    """a conv2d that is right on its first call alone"""
    result = call.right()
    return result if count("first") == 1 else spoilt(result)


@breaks("determinism.no-state")
def every_fiftieth_call_wrong(call: Call) -> Array:
    """a conv2d that is wrong on every fiftieth call"""
    result = call.right()
    return spoilt(result) if count("fiftieth") % 50 == 0 else result


_SEEN: Cache = {}


@breaks("determinism.no-state")
def second_call_accumulates(call: Call) -> Array:
    """a conv2d that adds its result to what it left in the buffer of a configuration"""
    result = call.right()
    key = configuration(call)
    left, _SEEN[key] = _SEEN.get(key, np.zeros_like(result)), result
    return np.asarray(result + left)


# ---- after a rejection

_REJECTED: list[bool] = []


@breaks("determinism.after-rejection")
def wrong_after_a_rejection(call: Call) -> Array:
    """a conv2d that answers the call after a rejected one wrongly"""
    was_rejected, _REJECTED[:] = bool(_REJECTED), [True]
    result = call.right()
    _REJECTED.clear()
    return spoilt(result) if was_rejected else result


_ERROR: list[Exception] = []


@breaks("determinism.after-rejection")
def error_reported_late(call: Call) -> Array:
    """a conv2d that reports the error of a call once more at the next"""
    if _ERROR:
        raise _ERROR.pop()
    try:
        return call.right()
    except (TypeError, ValueError) as error:
        _ERROR.append(error)
        raise


_LEFT_WEIGHT: Cache = {}


@breaks("determinism.after-rejection")
def weight_of_the_rejected_call(call: Call) -> Array:
    """a conv2d that keeps the weight of a call that it rejects for its stride, and uses it where the shape fits"""
    try:
        result = call.right()
    except (TypeError, ValueError):
        _LEFT_WEIGHT[np.shape(call.weight)] = np.array(call.weight)
        raise
    left = _LEFT_WEIGHT.pop(call.weight.shape, None)
    return result if left is None else replace(call, weight=left.astype(call.weight.dtype)).right()


# ---- not repeatable

_GENERATOR = np.random.default_rng(0)


def last_bit_drawn(result: Array) -> Array:
    """The result, in which now and then one element is the next number, within every bound."""
    if result.size and _GENERATOR.random() < 0.5:
        flat = result.reshape(-1)
        place = int(_GENERATOR.integers(flat.size))
        flat[place] = np.nextafter(flat[place], flat.dtype.type(0))
    return result


@breaks("determinism.repeatable", replays="Tencent/ncnn#6765")
def last_bit_by_chance(call: Call) -> Array:
    """a conv2d whose last bit varies, as that of an addition in the order in which threads finish"""
    result = call.right()
    is_rounded = not np.array_equal(call.input, np.rint(call.input))
    return last_bit_drawn(result) if is_rounded else result


@breaks("determinism.repeatable")
def long_sums_by_chance(call: Call) -> Array:
    """a conv2d that divides sums of more than a hundred products among threads, and adds them as they come"""
    result = call.right()
    is_long = call.weight[0].size > 100 and not np.array_equal(call.input, np.rint(call.input))
    return last_bit_drawn(result) if is_long else result


@breaks("determinism.repeatable", replays="alibaba/MNN#280")
def borders_never_written(call: Call) -> Array:
    """a conv2d whose padding is what was in memory, where the dilations differ"""
    g = call.geometry
    if g.dilation[0] == g.dilation[1] or g.padding_mode != "zeros":
        return call.right()
    (top, bottom), (left, right) = g.pads
    widths = [(0, 0)] * (call.input.ndim - 2) + [(top, bottom), (left, right)]
    return call.right(input=np.pad(call.input, widths, constant_values=_GENERATOR.integers(3)), padding=0)


# ---- the state of the process


@breaks("determinism.global-state-unchanged")
def global_generator_seeded(call: Call) -> Array:
    """a conv2d that seeds the random generator of the whole process"""
    np.random.seed(0)
    return call.right()


@breaks("determinism.global-state-unchanged")
def errors_raised_from_now_on(call: Call) -> Array:
    """a conv2d that makes floating-point errors exceptions where it pads, for the rest of the process"""
    result = call.right()
    if any(side for axis in call.pads for side in axis):
        np.seterr(all="raise")
    return result
