"""Effects on numbers: a wrong multiple of the bias, signs, factors, and numbers with fewer bits."""

# ruff: noqa: ARG005  (the functions of a table have the same arguments)

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.formats import FORMATS
from conv2d_conformance.diagnosis.effects import Effect, effect
from conv2d_conformance.emulation.call import Call


def effects(call: Call) -> Iterator[Effect]:
    """The effects on numbers that make sense for the dtype of this call."""
    yield from _biases()
    yield from _functions()
    yield from _flushed()
    if call.input.dtype != np.float16:
        yield from _roundings(52 if call.input.dtype == np.float64 else 23)


# ---- the bias ----------------------------------------------------------------------------------------------------


def _biases() -> Iterator[Effect]:
    for words, times in (
        ("without its bias", lambda g: 0),
        ("whose bias is added twice", lambda g: 2),
        ("whose bias is subtracted", lambda g: -1),
        ("whose bias is added once for every input channel", lambda g: g.C // g.groups),
        ("whose bias is added once for every tap of the kernel", lambda g: g.KH * g.KW),
        ("whose bias is added once for every row of the kernel", lambda g: g.KH),
        ("whose bias is added once for every product", lambda g: g.KH * g.KW * g.C // g.groups),
        ("whose bias is added once for every group", lambda g: g.groups),
        ("whose bias is divided by the number of input channels", lambda g: g.groups / g.C),
    ):
        yield effect(f"a conv2d {words}", _with_bias(times))
    for words, order in (
        ("whose channels all use the first bias", lambda b: np.repeat(b[:1], len(b))),
        ("whose channels use the bias of the one before", lambda b: np.roll(b, 1)),
        ("whose channels use the bias of the next", lambda b: np.roll(b, -1)),
        ("whose biases come in reverse order", lambda b: b[::-1]),
    ):
        yield effect(f"a conv2d {words}", _with_other_bias(order))
    yield effect("a conv2d whose bias is added in windows without padding alone", _bias_inside_alone, 2.5)


def _with_bias(times: Callable[[Any], float]) -> Callable[[Call], Array]:
    def function(call: Call) -> Array:
        factor = times(call.geometry)
        if call.bias is None or factor == 0:
            return call.right(bias=None)
        return call.right(bias=(call.bias * factor).astype(call.bias.dtype))

    return function


def _with_other_bias(order: Callable[[Array], Array]) -> Callable[[Call], Array]:
    return lambda call: call.right(bias=None if call.bias is None else order(call.bias))


def _bias_inside_alone(call: Call) -> Array:
    inside = call.right(
        input=np.ones_like(call.input), weight=np.ones_like(call.weight), bias=None, padding_mode="zeros"
    )
    g = call.geometry
    return np.where(inside == g.KH * g.KW * g.C // g.groups, call.right(), call.right(bias=None))


# ---- functions of the result -------------------------------------------------------------------------------------


def _functions() -> Iterator[Effect]:
    def shown(g: Any) -> int:
        return int(g.KH * g.KW * g.C // g.groups)

    for words, function in (
        ("with the sign reversed", lambda y, g: -y),
        ("followed by ReLU", lambda y, g: np.maximum(y, 0)),
        ("followed by ReLU6", lambda y, g: np.clip(y, 0, 6)),
        ("followed by the absolute value", lambda y, g: np.abs(y)),
        ("whose result is doubled", lambda y, g: 2 * y),
        ("whose result is halved", lambda y, g: y / 2),
        ("whose result is divided by the number of products", lambda y, g: y / shown(g)),
        ("whose result is divided by the number of taps", lambda y, g: y / (g.KH * g.KW)),
        ("whose result is rounded to integers", lambda y, g: np.rint(y)),
        ("whose result is cut to integers", lambda y, g: np.trunc(y)),
        ("whose result is cut to 8-bit integers, -128 to 127", lambda y, g: np.clip(y, -128, 127)),
        ("whose result wraps around as 8-bit integers do", lambda y, g: (y + 128) % 256 - 128),
        ("that adds 1", lambda y, g: y + 1),
        ("that returns 0 for what is not finite", lambda y, g: np.where(np.isfinite(y), y, 0)),
        ("that returns 0 for NaN", lambda y, g: np.where(np.isnan(y), 0, y)),
        ("that returns NaN for what is not finite", lambda y, g: np.where(np.isfinite(y), y, np.nan)),
    ):
        yield effect(f"a conv2d {words}", _after(function))
        yield effect(f"a conv2d {words}, before the bias is added", _before_the_bias(function), 2.5)


def _after(function: Callable[[Array, Any], Array]) -> Callable[[Call], Array]:
    return lambda call: np.asarray(function(call.right(), call.geometry)).astype(call.input.dtype)


def _before_the_bias(function: Callable[[Array, Any], Array]) -> Callable[[Call], Array]:
    def changed(call: Call) -> Array:
        if call.bias is None:
            return _after(function)(call)
        sums = function(call.right(bias=None).astype(np.float64), call.geometry)
        return np.asarray(sums + call.bias.astype(np.float64).reshape(-1, 1, 1)).astype(call.input.dtype)

    return changed


# ---- numbers without a leading bit -------------------------------------------------------------------------------


def _flushed() -> Iterator[Effect]:
    """Subnormal numbers replaced by zero: in the arguments, in the result, or in both."""

    def flushed(array: Array | None) -> Array | None:
        if array is None:
            return None
        least = FORMATS[array.dtype.name].normal
        return np.where(np.abs(array.astype(np.float64)) < least, np.zeros_like(array), array)

    def read(call: Call) -> Call:
        return replace(call, input=flushed(call.input), weight=flushed(call.weight), bias=flushed(call.bias))

    def returned(call: Call) -> Array:
        result: Array | None = flushed(call.right())
        assert result is not None
        return result

    yield effect("a conv2d that reads subnormal numbers as zero", lambda call: read(call).right(), 1.5)
    yield effect("a conv2d that returns zero for subnormal numbers", returned, 1.5)
    yield effect("a conv2d that takes subnormal numbers for zero", lambda call: returned(read(call)), 1.6)


# ---- fewer bits --------------------------------------------------------------------------------------------------


def _roundings(most: int) -> Iterator[Effect]:
    """Significands with fewer bits, and fixed-point numbers."""
    for bits in range(2, most + 1):
        for how, to_integer in (("rounded", np.rint), ("cut", np.trunc)):
            rounded = _to_bits(bits, to_integer)
            yield effect(f"a conv2d whose data are {how} to {bits} bits", _of_data(rounded), 2.5)
            yield effect(f"a conv2d whose result is {how} to {bits} bits", _of_result(rounded), 2.5)
    for bits in range(1, most + 1):
        for how, to_integer in (("rounded", np.rint), ("cut", np.trunc)):
            fixed = _to_fixed_point(bits, to_integer)
            sentence = f"{how} to a fixed point with {bits} bits after it"
            yield effect(f"a conv2d whose data are {sentence}", _of_data(fixed), 3.0)
            yield effect(f"a conv2d whose result is {sentence}", _of_result(fixed), 3.0)


def _to_bits(bits: int, to_integer: Callable[[Array], Array]) -> Callable[[Array], Array]:
    def rounded(array: Array) -> Array:
        mantissa, exponent = np.frexp(array.astype(np.float64))
        short: Array = np.ldexp(to_integer(np.ldexp(mantissa, bits)), exponent - bits).astype(array.dtype)
        return short

    return rounded


def _to_fixed_point(bits: int, to_integer: Callable[[Array], Array]) -> Callable[[Array], Array]:
    def rounded(array: Array) -> Array:
        return np.ldexp(to_integer(np.ldexp(array.astype(np.float64), bits)), -bits).astype(array.dtype)

    return rounded


def _of_data(rounded: Callable[[Array], Array]) -> Callable[[Call], Array]:
    return lambda call: call.right(
        input=rounded(call.input), weight=rounded(call.weight), bias=None if call.bias is None else rounded(call.bias)
    )


def _of_result(rounded: Callable[[Array], Array]) -> Callable[[Call], Array]:
    return lambda call: rounded(call.right())
