"""Freedoms besides the arithmetic: padding times infinity, signs of zeros, memory layouts, exceptions, signatures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from conv2d_conformance.contract.adapter import Adapter, adapter_from_function
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.adapters import as_conv2d
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.orders import sequential
from conv2d_conformance.emulation.terms import Terms, lower, summed
from conv2d_conformance.variants.variant import variant


@variant()
def padding_skipped(call: Call) -> Array:
    """Zeros of the padding take no part: an infinite weight does not make them NaN."""
    if call.padding_mode != "zeros":
        return summed(call, sequential)
    inside, _ = lower(replace(call, input=np.ones_like(call.input)))

    def order(terms: Terms) -> Array:
        total = np.zeros_like(terms[0])
        for k, product in enumerate(terms):
            total = total + (np.where(inside[:, :, None, k] != 0, product, 0) if k < inside.shape[2] else product)
        return total

    return summed(call, order)


@variant()
def dead_channels_skipped(call: Call) -> Array:
    """Input channels that are zero throughout take no part, unless their weights are not finite."""
    g = call.geometry
    if not np.isfinite(call.weight).all():
        return call.right()
    alive = (call.input.reshape(-1, g.C, g.H * g.W) != 0).any(axis=(0, 2)).reshape(g.groups, 1, -1, 1, 1)
    weight = call.weight.reshape(g.groups, g.M // g.groups, *call.weight.shape[1:])
    return call.right(weight=np.where(alive, weight, np.zeros_like(weight)).reshape(call.weight.shape))


@variant()
def zeros_are_negative(call: Call) -> Array:
    """Every zero is -0.0, and every NaN has another sign."""
    result = summed(call, sequential)
    return np.where(np.isnan(result) | (result == 0), np.negative(np.abs(result)), result).astype(result.dtype)


@variant()
def fortran_order(call: Call) -> Array:
    """The first axis of the result is innermost in memory."""
    return np.asfortranarray(call.right())


@variant()
def channels_innermost(call: Call) -> Array:
    """The result is a transposed view of another array."""
    return np.moveaxis(np.moveaxis(call.right(), -3, -1).copy(), -1, -3)


@variant()
def part_of_a_larger_array(call: Call) -> Array:
    """The result lies with gaps in a larger array, backwards."""
    result = call.right()
    larger = np.full((*result.shape[:-1], 2 * result.shape[-1] + 3), np.nan, result.dtype)
    view: Array = larger[..., 1 : 1 + 2 * result.shape[-1] : 2][..., ::-1]
    view[...] = result
    return view


@variant()
def read_only(call: Call) -> Array:
    """The result cannot be written to."""
    result = call.right()
    result.flags.writeable = False
    return result


class Refused(Exception):
    """The library's own exception."""


@variant()
def exceptions_of_its_own(call: Call) -> Array:
    """Whatever is illegal raises the library's own exception."""
    try:
        return call.right()
    except (TypeError, ValueError) as error:
        raise Refused("no such convolution") from error


@variant()
def assertions(call: Call) -> Array:
    """Whatever is illegal fails an assertion."""
    try:
        return call.right()
    except (TypeError, ValueError) as error:
        raise AssertionError from error


def _two_arrays(input: Any, weight: Any) -> Array:
    return summed(Call(input, weight), sequential)


def _core(input: Any, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any, groups: Any) -> Array:
    return summed(Call(input, weight, bias, stride, padding, dilation, groups), sequential)


two_arrays = replace(
    adapter_from_function(_two_arrays), name="two-arrays", description="The smallest function that can be asked."
)
core = replace(
    adapter_from_function(_core), name="core", description="The mandatory core as a bare function, without defaults."
)


def _divided(call: Call, threads: int) -> Array:
    call.require_legal()
    images = (
        [call.input] if call.input.ndim == 3 else [part for part in np.array_split(call.input, threads) if len(part)]
    )
    if len(images) < 2:
        return summed(call, sequential)
    return np.concatenate([summed(replace(call, input=part), sequential) for part in images])


def _with_threads(*, threads: str = "1") -> Adapter:
    conv2d = as_conv2d(lambda call: _divided(call, int(threads)))
    return replace(outputs_divided_among_threads, conv2d=conv2d, configure=_with_threads)


def _with_one_thread(call: Call) -> Array:
    """Each thread answers some of the images, so that no sum is divided."""
    return _divided(call, 1)


_invariant = variant(batch_invariant=True, position_invariant=True, layout_invariant=True, thread_invariant=True)
outputs_divided_among_threads = replace(
    _invariant(_with_one_thread), name="outputs-divided-among-threads", configure=_with_threads
)

VARIANTS: tuple[Adapter, ...] = (
    *(padding_skipped, dead_channels_skipped, zeros_are_negative, fortran_order, channels_innermost),
    *(part_of_a_larger_array, read_only, exceptions_of_its_own, assertions),
    *(two_arrays, core, outputs_divided_among_threads),
)
