"""Effects besides the mutants, composed of a place, a part of it, and what happens there."""

# ruff: noqa: ARG005  (the functions of a table have the same arguments)

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.diagnosis import number_effects
from conv2d_conformance.diagnosis.effects import Effect, effect
from conv2d_conformance.emulation.call import Call

TILES = (2, 3, 4, 8, 16, 32, 64)

MOST_STARTS = 160
"""On axes up to this size, "from i on" is tried for every i."""


def effects(call: Call) -> Iterator[Effect]:
    """All composed effects, with the numbers that make sense for this call."""
    yield from _arguments()
    yield from _padding()
    yield from _orders()
    yield from _parts(call)
    yield from number_effects.effects(call)


# ---- arguments ---------------------------------------------------------------------------------------------------

AXES = ("height", "width")


def _arguments() -> Iterator[Effect]:
    """Stride, padding or dilation confused or changed."""
    for name, default in (("stride", 1), ("padding", 0), ("dilation", 1)):
        for what, change in _changes(default):
            sentence = f"a conv2d that {what.format(name=name)}"
            yield effect(sentence, _with_argument(name, change))
            yield effect(f"{sentence}, in a result of the right shape", _in_the_right_shape(name, change), 2.2)


def _changes(default: int) -> Iterator[tuple[str, Callable[[tuple[int, int]], tuple[int, int]]]]:
    yield "ignores the {name}", lambda pair: (default, default)
    yield "takes the {name} as (width, height)", lambda pair: (pair[1], pair[0])
    for axis in (0, 1):
        here, other = AXES[axis], AXES[1 - axis]
        yield f"ignores the {{name}} of the {here}", partial(_set, axis=axis, value=default)
        yield f"uses the {{name}} of the {other} for both axes", partial(_repeated, axis=1 - axis)
    for most in (1, 2, 3) if default == 0 else (2, 3):
        yield f"knows no {{name}} above {most}", partial(_at_most, most=most)
    for step, words in ((1, "one more"), (-1, "one less")):
        yield f"takes the {{name}} as {words} than it is", partial(_moved, step=step, least=default)
    yield "takes the {name} twice", lambda pair: (2 * pair[0], 2 * pair[1])


def _set(pair: tuple[int, int], axis: int, value: int) -> tuple[int, int]:
    return (value, pair[1]) if axis == 0 else (pair[0], value)


def _repeated(pair: tuple[int, int], axis: int) -> tuple[int, int]:
    return (pair[axis], pair[axis])


def _at_most(pair: tuple[int, int], most: int) -> tuple[int, int]:
    return (min(pair[0], most), min(pair[1], most))


def _moved(pair: tuple[int, int], step: int, least: int) -> tuple[int, int]:
    return (max(pair[0] + step, least), max(pair[1] + step, least))


def _with_argument(name: str, change: Callable[[tuple[int, int]], tuple[int, int]]) -> Callable[[Call], Array]:
    def function(call: Call) -> Array:
        value = getattr(call, name)
        if isinstance(value, str):
            return call.right()
        return call.right(**{name: change(value if isinstance(value, tuple) else (value, value))})

    return function


NUMPY_MODES: dict[str, Any] = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def _in_the_right_shape(name: str, change: Callable[[tuple[int, int]], tuple[int, int]]) -> Callable[[Call], Array]:
    """Misplaced windows, which see zeros beyond the input."""

    def function(call: Call) -> Array:
        g = call.geometry
        lie = {"stride": g.stride, "padding": (g.pads[0][0], g.pads[1][0]), "dilation": g.dilation}
        lie[name] = change(lie[name])
        (sh, sw), (top, left), (dh, dw) = lie.values()
        pads = g.pads if name != "padding" else ((top, top), (left, left))
        beyond = (
            max((g.OH - 1) * sh + dh * (g.KH - 1) + 1 - g.H - sum(pads[0]), 0),
            max((g.OW - 1) * sw + dw * (g.KW - 1) + 1 - g.W - sum(pads[1]), 0),
        )
        outer = [(0, 0)] * (call.input.ndim - 2)
        padded = np.pad(call.input, [*outer, *pads], mode=NUMPY_MODES[g.padding_mode])
        padded = np.pad(padded, [*outer, (0, beyond[0]), (0, beyond[1])])
        return call.right(input=padded, stride=(sh, sw), padding=0, dilation=(dh, dw))[..., : g.OH, : g.OW]

    return function


# ---- padding -----------------------------------------------------------------------------------------------------


def _padding() -> Iterator[Effect]:
    """Zeros in the wrong place, or other values in their place."""
    for words, move in (
        ("puts all padding at the top and the left", lambda before, after: (before + after, 0)),
        ("puts all padding at the bottom and the right", lambda before, after: (0, before + after)),
        ("pads at the top and the left alone", lambda before, after: (before, 0)),
        ("pads at the bottom and the right alone", lambda before, after: (0, after)),
        ("puts one cell of the padding from the end to the start", lambda b, a: (b + 1, a - 1) if a else (b, a)),
        ("puts one cell of the padding from the start to the end", lambda b, a: (b - 1, a + 1) if b else (b, a)),
    ):
        yield effect(f"a conv2d that {words}", _with_pads(move))
    for mode, words in (
        ("reflect", "the mirrored input"),
        ("circular", "the opposite side"),
        ("replicate", "the edge"),
    ):
        yield effect(f"a conv2d that pads with {words}, whatever the padding mode", _with_mode(mode))
    yield effect("a conv2d that pads with zeros, whatever the padding mode", _with_mode("zeros"))
    yield effect("a conv2d that pads with ones", _padded_with_ones)


def _with_pads(move: Callable[[int, int], tuple[int, int]]) -> Callable[[Call], Array]:
    def function(call: Call) -> Array:
        g = call.geometry
        if g.padding_mode != "zeros":
            return call.right()
        return call.padded_by_hand((move(*g.pads[0]), move(*g.pads[1])))

    return function


def _with_mode(mode: str) -> Callable[[Call], Array]:
    return lambda call: call.right(padding_mode=mode)


def _padded_with_ones(call: Call) -> Array:
    if call.geometry.padding_mode != "zeros":
        return call.right()
    widths = [(0, 0)] * (call.input.ndim - 2) + list(call.pads)
    return call.right(input=np.pad(call.input, widths, constant_values=1), padding=0)


# ---- orders ------------------------------------------------------------------------------------------------------


def _orders() -> Iterator[Effect]:
    """Arrays whose elements are read or written in another order."""
    for words, turned in (
        ("whose kernel is mirrored from top to bottom", lambda w: w[..., ::-1, :]),
        ("whose kernel is mirrored from left to right", lambda w: w[..., ::-1]),
        ("whose kernel is flipped (true convolution)", lambda w: w[..., ::-1, ::-1]),
        ("whose kernel columns are shifted by one", lambda w: np.roll(w, 1, 3)),
        ("whose kernel rows are shifted by one", lambda w: np.roll(w, 1, 2)),
        ("whose kernel is turned by a quarter", lambda w: _square(w, np.rot90(w, 1, (2, 3)))),
        ("whose kernel is turned by three quarters", lambda w: _square(w, np.rot90(w, 3, (2, 3)))),
        ("whose kernel is transposed", lambda w: _square(w, w.swapaxes(2, 3))),
        ("that reads the kernel column by column", lambda w: w.swapaxes(2, 3).reshape(w.shape)),
        ("that reads the input channels of its filters in reverse order", lambda w: w[:, ::-1]),
        ("that reads its filters in reverse order", lambda w: w[::-1]),
        ("that reads its weight as (C // groups, M, KH, KW)", lambda w: _read_as(w, (1, 0, 2, 3))),
        ("that reads its weight as (M, KH, KW, C // groups)", lambda w: _read_as(w, (0, 2, 3, 1))),
        ("that reads its weight as (KH, KW, C // groups, M)", lambda w: _read_as(w, (2, 3, 1, 0))),
    ):
        yield effect(f"a conv2d {words}", _turning("weight", turned))
    for words, turned in (
        ("that reads its input as (N, H, W, C)", lambda x: _read_as(x, (*range(x.ndim - 3), -2, -1, -3))),
        ("that reads its input as (N, C, W, H)", lambda x: _read_as(x, (*range(x.ndim - 2), -1, -2))),
        ("that reads its input channels in reverse order", lambda x: x[..., ::-1, :, :]),
        ("that reads its input upside down", lambda x: x[..., ::-1, :]),
    ):
        yield effect(f"a conv2d {words}", _turning("input", turned))
    for words, turned in (
        ("that returns (N, OH, OW, M)", lambda y: np.moveaxis(y, -3, -1)),
        ("that returns (N, M, OW, OH)", lambda y: y.swapaxes(-1, -2)),
        ("that returns (M, N, OH, OW)", lambda y: y.swapaxes(0, 1) if y.ndim == 4 else y),
        ("whose result has no batch axis", lambda y: y[0] if y.ndim == 4 and len(y) == 1 else y),
        ("that lays its result out as (N, OH, OW, M)", lambda y: np.moveaxis(y, -3, -1).reshape(y.shape)),
        ("that lays its result out as (N, M, OW, OH)", lambda y: y.swapaxes(-1, -2).reshape(y.shape)),
        ("whose rows come in reverse order", lambda y: y[..., ::-1, :]),
        ("whose columns come in reverse order", lambda y: y[..., ::-1]),
        ("that returns float64", lambda y: y.astype(np.float64)),
        ("that returns float32", lambda y: y.astype(np.float32)),
    ):
        yield effect(f"a conv2d {words}", _turning("result", turned))
    yield effect("a conv2d that deals its output channels out to the groups in turn", _filters_in_turn, 2.5)
    yield effect("a conv2d whose groups begin M // groups input channels apart", _groups_offset_by_filters, 2.5)
    yield effect("a conv2d whose groups read the input channels in reverse order of groups", _groups_reversed, 2.5)


def _turning(place: str, turned: Callable[[Array], Array]) -> Callable[[Call], Array]:
    if place == "result":
        return lambda call: turned(call.right())
    return lambda call: call.right(**{place: turned(getattr(call, place))})


def _square(weight: Array, turned: Array) -> Array:
    return turned if turned.shape == weight.shape else weight


def _read_as(array: Array, axes: tuple[int, ...]) -> Array:
    """The array, laid out with its axes in another order and then read as if it were not."""
    axes = tuple(axis % array.ndim for axis in axes)
    lying = array.reshape([array.shape[axis] for axis in axes])
    return np.transpose(lying, np.argsort(axes))


def _filters_in_turn(call: Call) -> Array:
    g = call.geometry
    order = np.arange(g.M).reshape(g.groups, -1).T.ravel()
    return call.right()[..., order, :, :]


def _groups_offset_by_filters(call: Call) -> Array:
    g = call.geometry
    run, outputs = g.C // g.groups, g.M // g.groups
    channels = [group * outputs + c for group in range(g.groups) for c in range(run)]
    x = np.zeros_like(call.input)
    inside = [i for i, channel in enumerate(channels) if channel < g.C]
    x[..., inside, :, :] = call.input[..., [channels[i] for i in inside], :, :]
    return call.right(input=x)


def _groups_reversed(call: Call) -> Array:
    g = call.geometry
    order = np.arange(g.C).reshape(g.groups, -1)[::-1].ravel()
    return call.right(input=call.input[..., order, :, :])


# ---- parts -------------------------------------------------------------------------------------------------------

Selector = tuple[str, Callable[[int], Any]]
"""A part of an axis: its description, with a name to fill in, and its indices for any size of the axis."""

PLACES: tuple[tuple[str, int, str, str], ...] = (
    # the array that changes, its axis counted from the end, and the names of the axis: one, several
    ("result", 1, "output column", "output columns"),
    ("result", 2, "output row", "output rows"),
    ("result", 3, "output channel", "output channels"),
    ("result", 4, "image", "images"),
    ("weight", 1, "kernel column", "kernel columns"),
    ("weight", 2, "kernel row", "kernel rows"),
    ("weight", 3, "input channel of each group", "input channels of each group"),
    ("input", 1, "input column", "input columns"),
    ("input", 2, "input row", "input rows"),
    ("input", 3, "input channel", "input channels"),
    ("taps", 1, "tap of the kernel", "taps of the kernel"),
    ("products", 1, "product of each sum", "products of each sum"),
    ("cells", 1, "cell of each output plane", "cells of each output plane"),
    ("bias", 1, "bias", "biases"),
)


def _parts(call: Call) -> Iterator[Effect]:
    """Rows, columns, channels, taps or images that are lost, or that repeat others."""
    for place, axis, one, several in PLACES:
        size = _size(call, place, axis)
        for words, indices in _selectors(size):
            part = words.format(one=one, several=several)
            verb = "is" if "{one}" in words else "are"
            lost = f"whose {part} {verb} zero" if place == "result" else f"that leaves out the {part.rstrip(',')}"
            yield effect(f"a conv2d {lost}", _spoilt(place, axis, indices, _zeroed), 2.5)
            if place in ("result", "weight", "input") and size > 1:
                before = f"a conv2d whose {part} {verb} like the one before"
                yield effect(before, _spoilt(place, axis, indices, _like_the_one_before), 3.0)
            if place == "result" and size > 1:
                first = f"a conv2d whose {part} {verb} like the first"
                yield effect(first, _spoilt(place, axis, indices, _like_the_first), 3.0)


def _size(call: Call, place: str, axis: int) -> int:
    g = call.geometry
    taps = g.KH * g.KW
    match place:
        case "result":
            return (g.OW, g.OH, g.M, 1 if g.N is None else g.N)[axis - 1]
        case "weight" | "input":
            return int(getattr(call, place).shape[-axis])
    return {"taps": taps, "products": taps * g.C // g.groups, "cells": g.OH * g.OW, "bias": g.M}[place]


def _selectors(size: int) -> Iterator[Selector]:
    """The parts of an axis that make sense for its size. Each is defined for any other size as well."""
    yield "first {one}", lambda n: slice(0, 1)
    yield "last {one}", lambda n: slice(n - 1, n)
    if size > 1:
        yield "{several} after the first", lambda n: slice(1, n)
        yield "odd {several}", lambda n: slice(1, n, 2)
        yield "{several} from the middle on", lambda n: slice(n // 2, n)
    starts = range(2, size) if size <= MOST_STARTS else (*(t for t in (*TILES, 128, 256, 512) if t < size), size - 1)
    for start in starts:
        yield f"{{several}} from {start} on", partial(slice, start)
    for tile in TILES:
        if size % tile:
            yield f"last {{several}}, as many as are over a multiple of {tile},", partial(_remainder, tile)


def _remainder(tile: int, size: int) -> slice:
    return slice(size - size % tile, size)


def _zeroed(array: Array, indices: slice) -> None:
    array[..., indices] = 0


def _like_the_one_before(array: Array, indices: slice) -> None:
    n = array.shape[-1]
    places = np.arange(n)[indices]
    array[..., places] = array[..., np.maximum(places - 1, 0)]


def _like_the_first(array: Array, indices: slice) -> None:
    array[..., indices] = array[..., :1]


def _spoilt(
    place: str, axis: int, part: Callable[[int], Any], change: Callable[[Array, slice], None]
) -> Callable[[Call], Array]:
    def spoil(array: Array) -> Array:
        spoilt = np.array(array)
        if spoilt.ndim >= axis:
            moved = np.moveaxis(spoilt, -axis, -1)
            change(moved, part(moved.shape[-1]))
        return spoilt

    def flattened(array: Array, axes: int) -> Array:
        flat = np.array(array).reshape(*array.shape[:-axes], -1)
        change(flat, part(flat.shape[-1]))
        return flat.reshape(array.shape)

    def function(call: Call) -> Array:
        match place:
            case "result":
                return spoil(call.right())
            case "cells":
                return flattened(call.right(), 2)
            case "taps":
                return call.right(weight=flattened(call.weight, 2))
            case "products":
                return call.right(weight=flattened(call.weight, 3))
            case "bias":
                return call.right(bias=None if call.bias is None else spoil(call.bias))
        return call.right(**{place: spoil(getattr(call, place))})

    return function
