"""Faults in dtypes, rounding and accuracy, in special shapes, and in memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.formats import FORMATS, TF32
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.formats import format_of, rounded_to
from conv2d_conformance.mutants import breaks


def in_other_precision(call: Call, dtype: Any) -> Array:
    """The answer, in the right dtype, to data that were rounded to another dtype."""
    cast = {"input": call.input.astype(dtype), "weight": call.weight.astype(dtype)}
    cast["bias"] = None if call.bias is None else call.bias.astype(dtype)
    return call.right(**cast).astype(call.input.dtype)


# ---- dtype and numerics


@breaks("dtype.float64", replays="keras-team/keras#10964")
def float64_through_float32(call: Call) -> Array:
    """a conv2d that computes float64 in float32"""
    return in_other_precision(call, np.float32)


@breaks("dtype.float32")
def float32_through_float16(call: Call) -> Array:
    """a conv2d that rounds float32 data to float16"""
    return in_other_precision(call, np.float16) if call.input.dtype == np.float32 else call.right()


@breaks("numerics.single-product")
def inputs_cut_to_tf32(call: Call) -> Array:
    """a conv2d that cuts float32 data to the 11 bits of TF32"""
    if call.input.dtype != np.float32:
        return call.right()
    cut = rounded_to(TF32, np.trunc)
    return call.right(input=cut(call.input), weight=cut(call.weight))


@breaks("numerics.single-product")
def inputs_cut_to_bfloat16(call: Call) -> Array:
    """a conv2d that cuts float32 data to the 8 bits of bfloat16"""
    if call.input.dtype != np.float32:
        return call.right()
    cut = rounded_to(FORMATS["bfloat16"], np.trunc)
    return call.right(input=cut(call.input), weight=cut(call.weight))


@breaks("numerics.exact-where-exact")
def accumulated_in_float16(call: Call) -> Array:
    """a conv2d whose sums have the 11 bits of float16"""
    result = call.right()
    return result.astype(np.float16).astype(result.dtype)


@breaks("numerics.exact-where-exact")
def odd_sums_rounded_down(call: Call) -> Array:
    """a conv2d that loses the last bit of sums beyond 256"""
    result = call.right()
    return np.where(np.abs(result) > 256, 2 * np.trunc(result / 2), result).astype(result.dtype)


@breaks("numerics.empty-sum")
def noise_where_nothing_is(call: Call) -> Array:
    """a conv2d that leaves rounding noise where the answer is zero, as fast transforms do"""
    result = call.right()
    noise = 2 * format_of(call).unit * (np.abs(result).max() if result.size else 0)
    return np.where(result == 0, noise, result).astype(result.dtype)


@breaks("numerics.bound")
def answers_scaled_by_a_little(call: Call) -> Array:
    """a conv2d whose sums are too large by a few hundred units in the last place"""
    result = call.right()
    single = call.right(input=(call.input != 0).astype(result.dtype), weight=(call.weight != 0).astype(result.dtype))
    return np.where(single > 1, result * (1 + 256 * 2 * format_of(call).unit), result).astype(result.dtype)


@breaks("numerics.bound")
def sums_rounded_to_20_bits(call: Call) -> Array:
    """a conv2d whose sums lose the last four bits"""
    result = call.right()
    mantissa, exponent = np.frexp(result)
    bits = format_of(call).precision - 4
    rounded = np.ldexp(np.rint(np.ldexp(mantissa, bits)), exponent - bits)
    many = call.right(input=(call.input != 0).astype(result.dtype), weight=(call.weight != 0).astype(result.dtype)) > 1
    return np.where(many, rounded, result).astype(result.dtype)


# ---- batches


@breaks("batch.one")
def batch_of_one_squeezed(call: Call) -> Array:
    """a conv2d that drops the batch axis of a single image"""
    result = call.right()
    return result[0] if result.ndim == 4 and len(result) == 1 else result


@breaks("batch.unbatched")
def unbatched_gets_a_batch_axis(call: Call) -> Array:
    """a conv2d that answers an unbatched input with a batch of one"""
    result = call.right()
    return result[None] if result.ndim == 3 else result


@breaks("batch.unbatched")
def unbatched_refused(call: Call) -> Array:
    """a conv2d that refuses an input of three axes"""
    if call.input.ndim == 3:
        raise ValueError("input must have four axes")
    return call.right()


@breaks("batch.empty", replays="tensorflow/tensorflow#238")
def empty_batch_divides_by_zero(call: Call) -> Array:
    """a conv2d that divides by the number of images"""
    if call.input.ndim == 4:
        _ = 1 // len(call.input)
    return call.right()


@breaks("batch.empty", replays="pytorch/pytorch#32709")
def empty_batch_without_channels(call: Call) -> Array:
    """a conv2d whose answer to an empty batch has the input's channels"""
    result = call.right()
    if result.ndim == 4 and len(result) == 0:
        return np.zeros((0, call.geometry.C, *result.shape[2:]), result.dtype)
    return result


@breaks("batch.empty-checked")
def empty_batch_unchecked(call: Call) -> Array:
    """a conv2d that checks nothing where the batch is empty"""
    if np.ndim(call.input) == 4 and len(call.input) == 0:
        try:
            return call.right()
        except (TypeError, ValueError):
            return np.zeros((0, len(call.weight), 1, 1), call.input.dtype)
    return call.right()


# ---- memory


@breaks("memory.inputs-unchanged")
def input_scaled_in_place(call: Call) -> Array:
    """a conv2d that doubles its input in place"""
    result = call.right()
    call.input[...] *= 2
    return result


@breaks("memory.inputs-unchanged")
def weight_flipped_in_place(call: Call) -> Array:
    """a conv2d that leaves its weight flipped"""
    result = call.right()
    call.weight[...] = call.weight[..., ::-1, ::-1].copy()
    return result


@breaks("memory.guards-unchanged")
def writes_past_the_end(call: Call) -> Array:
    """a conv2d that writes one element past the end of its input"""
    result = call.right()
    if call.input.size and call.input.flags.c_contiguous:
        beyond = np.lib.stride_tricks.as_strided(call.input, (call.input.size + 1,), (call.input.itemsize,))
        beyond[-1] = 1
    return result


@breaks("memory.result-owns-memory")
def result_in_place_of_the_input(call: Call) -> Array:
    """a conv2d that returns its input itself where the answer equals it"""
    result = call.right()
    if result.shape == call.input.shape:
        call.input[...] = result
        return call.input  # type: ignore[no-any-return]  # as the caller made it
    return result


_BUFFERS: dict[tuple[Any, ...], Array] = {}


@breaks("memory.results-independent")
def one_output_buffer(call: Call) -> Array:
    """a conv2d that keeps one output buffer for each shape"""
    result = call.right()
    buffer = _BUFFERS.setdefault((result.shape, result.dtype.str), result)
    buffer[...] = result
    return buffer
