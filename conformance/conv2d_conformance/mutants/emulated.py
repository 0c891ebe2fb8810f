"""Arithmetics other than float64: orders of summation, formats and fast algorithms, applied to one call of conv2d.

`summed` adds up the products of a call in an order that it is given; the other functions are algorithms of their own.
They are the material of mutants, and of the correct variants, which must pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import chain, islice
from typing import Any

import numpy as np
import scipy.fft

from conv2d_conformance.contract.arrays import Array, dtype_of
from conv2d_conformance.contract.formats import DTYPES, FORMATS, Format
from conv2d_conformance.mutants.call import Call
from conv2d_reference.lowered import Layer, pad

Change = Callable[[Array], Array]

BLOCK = 2**16
"""Products that are computed at a time, in elements."""


def as_it_is(array: Array) -> Array:
    return array


# ---- the products of a call ----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Terms:
    """The products of every output element: number k is an array (N, G, M // G, pixels).

    x: the lowered input (N, G, K, pixels). w: the filters (G, M // G, K).
    """

    x: Array
    w: Array

    def __len__(self) -> int:
        return int(self.w.shape[-1])

    def __getitem__(self, k: int) -> Array:
        product: Array = self.x[:, :, None, k] * self.w[None, :, :, k, None]
        return product

    def part(self, numbers: slice) -> Terms:
        """Some of the products, in the order of the slice."""
        return Terms(self.x[:, :, numbers], self.w[:, :, numbers])

    def __iter__(self) -> Iterator[Array]:
        return chain.from_iterable(self.blocks())

    def blocks(self) -> Iterator[Array]:
        """The products in their order, many at a time: (numbers, N, G, M // G, pixels)."""
        x, w = np.moveaxis(self.x, 2, 0)[:, :, :, None], np.moveaxis(self.w, 2, 0)[:, None, :, :, None]
        of_one = self.x[:, :, 0].size * self.w.shape[1]
        size = max(1, BLOCK // max(1, of_one))
        for low in range(0, len(self), size):
            yield x[low : low + size] * w[low : low + size]


Order = Callable[[Terms], Array]


def lower(call: Call) -> tuple[Array, Array]:
    """The lowered input and the filters of a legal call."""
    g = call.geometry
    x = np.asarray(call.input)
    x = x if x.ndim == 4 else x[None]
    layer = Layer.of(x, call.weight, g.stride, g.dilation, g.groups, g.pads, g.padding_mode)
    windows = layer.windows(layer.grouped(layer.padded(x)))
    return windows.reshape(layer.N, layer.G, layer.K, g.OH * g.OW), call.weight.reshape(layer.G, -1, layer.K)


def accumulator_of(dtype: Any) -> np.dtype[Any]:
    return np.dtype(np.float64 if dtype == np.float64 else np.float32)


def summed(
    call: Call,
    order: Order,
    *,
    accumulator: Any = None,
    inputs: Change = as_it_is,
    bias: str = "last",
    result: Change = as_it_is,
) -> Array:
    """Add up the products in an order, in the accumulator (default: float64 for float64, else float32).

    inputs: what input and weight go through first. bias: the "first" or the "last" product, or "apart", added to a
    result that is rounded already. result: what the sum goes through before it is rounded to the dtype of the input.
    """
    x, w = map(inputs, lower(call))
    wide = accumulator or accumulator_of(call.input.dtype)
    x, w = x.astype(wide), w.astype(wide)
    if call.bias is not None and bias != "apart":
        b = np.asarray(call.bias).astype(wide).reshape(*w.shape[:2], 1)
        one = np.ones_like(x[:, :, :1])
        x = np.concatenate((one, x) if bias == "first" else (x, one), axis=2)
        w = np.concatenate((b, w) if bias == "first" else (w, b), axis=2)
    with np.errstate(all="ignore"):
        total = shaped(call, result(order(Terms(x, w))))
        if call.bias is not None and bias == "apart":
            total = total + np.asarray(call.bias).reshape(-1, 1, 1)
    return total


def shaped(call: Call, total: Array) -> Array:
    """The answer, of sums in any shape with the right order of elements."""
    return total.reshape(call.geometry.output_shape).astype(call.input.dtype)


# ---- orders of summation -------------------------------------------------------------------------------------------


def rounding(change: Change) -> Order:
    """One after the other, every product and every sum going through a change."""

    def order(terms: Terms) -> Array:
        products = chain.from_iterable(change(block) for block in terms.blocks())
        return reduce(lambda total, product: change(total + product), products)

    return order


def sequential(terms: Terms) -> Array:
    """One after the other."""
    total: Array | None = None
    for block in terms.blocks():
        numbers = block if total is None else np.concatenate((total[None], block))
        total = np.add.accumulate(numbers)[-1]
    assert total is not None, "every output has a product"
    return total


def backwards(terms: Terms) -> Array:
    return sequential(terms.part(slice(None, None, -1)))


def pairwise(terms: Terms) -> Array:
    products = iter(terms)

    def of_next(count: int) -> Array:
        return next(products) if count == 1 else of_next(count // 2) + of_next(count - count // 2)

    return of_next(len(terms))


def interleaved(lanes: int) -> Order:
    """So many accumulators take turns, as in a vector register; they are added up at the end."""

    def order(terms: Terms) -> Array:
        parts = [sequential(terms.part(slice(i, None, lanes))) for i in range(lanes)[: len(terms)]]
        return tree(parts)

    return order


def blocked(size: int) -> Order:
    """Blocks are summed apart, and their sums added one after the other."""

    def order(terms: Terms) -> Array:
        total = np.zeros_like(terms[0])
        for low in range(0, len(terms), size):
            total = total + sequential(terms.part(slice(low, low + size)))
        return total

    return order


def split(parts: int) -> Order:
    """As many blocks as there are processors."""
    return lambda terms: blocked(-(-len(terms) // parts))(terms)


def shuffled(terms: Terms) -> Array:
    """A random tree: two sums at random are added, until one is left."""
    random = np.random.default_rng(len(terms))
    sums = list(terms)
    while len(sums) > 1:
        i = int(random.integers(len(sums)))
        one = sums.pop(i)
        j = int(random.integers(len(sums)))
        sums[j] = sums[j] + one
    return sums[0]


def tree(parts: list[Array]) -> Array:
    while len(parts) > 1:
        parts = [a + b for a, b in zip(parts[::2], parts[1::2], strict=False)] + parts[len(parts) // 2 * 2 :]
    return parts[0]


def compensated(terms: Terms) -> Array:
    """Kahan's sum: what an addition loses is put into the next, unless the sum is infinite."""
    products = iter(terms)
    total = next(products)
    lost = np.zeros_like(total)
    for product in products:
        corrected = product - lost
        grown = total + corrected
        lost = (grown - total) - corrected
        lost = np.where(np.isfinite(lost), lost, np.zeros_like(lost))
        total = grown
    return total


def fused(terms: Terms) -> Array:
    """Fused multiply-add in float32 (float64: two roundings): the product is exact, and the sum rounded once."""
    if terms.w.dtype == np.float64:
        return sequential(terms)
    exact = iter(Terms(terms.x.astype(np.float64), terms.w.astype(np.float64)))
    total = next(exact).astype(np.float32)
    for product in exact:
        total = sum_rounded_to_odd(product, total.astype(np.float64)).astype(np.float32)
    return total


def aligned(size: int, bits: int = 24) -> Order:
    """A matrix engine: in float64, so many products and the sum so far are cut to the last place of the largest."""
    cut = of_precision(bits, np.trunc)

    def order(terms: Terms) -> Array:
        total = np.zeros_like(terms[0])
        products = iter(terms)
        while some := list(islice(products, size)):
            block = np.stack([total, *some])
            _, exponent = np.frexp(np.abs(block).max(axis=0))
            quantum = np.maximum(exponent, -125) - bits
            whole = np.ldexp(np.trunc(np.ldexp(block, -quantum)).sum(axis=0), quantum)
            total = cut(np.where(np.isfinite(block).all(axis=0), whole, block.sum(axis=0)))
        return total

    return order


def sum_rounded_to_odd(a: Array, b: Array) -> Array:
    """A float64 sum that can be rounded again without harm: an inexact one ends in a 1."""
    total = a + b
    part = total - a
    error = (a - (total - part)) + (b - part)
    inexact = np.isfinite(error) & (error != 0) & (total.view(np.int64) & 1 == 0)
    return np.where(inexact, np.nextafter(total, np.where(error > 0, np.inf, -np.inf)), total)


# ---- formats -------------------------------------------------------------------------------------------------------


def of_precision(bits: int, to_integer: Callable[[Array], Array] = np.rint, least: int = -126) -> Change:
    """To numbers of so many bits, kept as they come; `to_integer` rounds, and `least` is the smallest exponent."""

    def change(array: Array) -> Array:
        values = np.asarray(array, np.float64)
        _, exponent = np.frexp(values)
        quantum = np.maximum(exponent, least + 1) - bits
        with np.errstate(all="ignore"):
            rounded = np.where(np.isfinite(values), np.ldexp(to_integer(np.ldexp(values, -quantum)), quantum), values)
        return rounded.astype(array.dtype)

    return change


def through(dtype: str) -> Change:
    """To another dtype and back."""

    def change(array: Array) -> Array:
        with np.errstate(all="ignore"):
            return array.astype(dtype_of(dtype)).astype(array.dtype)

    return change


def flushing(numbers: Format) -> Change:
    """Zero for what is below the smallest normal number."""
    return lambda array: np.where(np.abs(array) < numbers.normal, np.zeros_like(array), array)


def flushing_parts(numbers: Format) -> Change:
    """The same for the real and the imaginary parts of complex numbers."""
    flush = flushing(numbers)
    return lambda array: flush(array.real) + 1j * flush(array.imag)


def format_of(call: Call) -> Format:
    return FORMATS[next(name for name in DTYPES if dtype_of(name) == call.input.dtype)]


def accumulator_format(call: Call) -> Format:
    return FORMATS[accumulator_of(call.input.dtype).name]


def fixed_point(call: Call, bits: int = 24) -> Array:
    """Input and weight as integers of so many bits, scaled by their largest elements; the sum is exact."""
    x, w = (array.astype(np.float64) for array in lower(call))
    limit = 2.0 ** (bits - 1)
    scales = [float(np.abs(array).max(initial=0)) or 1.0 for array in (x, w)]
    integers = (np.rint(array / scale * limit) for array, scale in zip((x, w), scales, strict=True))
    total = sequential(Terms(*integers)) * (scales[0] / limit) * (scales[1] / limit)
    return with_bias(call, total)


def with_bias(call: Call, total: Array) -> Array:
    """The answer, of sums to which the bias is added last."""
    total = total.reshape(-1, *call.geometry.output_shape[-3:])
    if call.bias is not None:
        total = total + np.asarray(call.bias).astype(total.dtype).reshape(-1, 1, 1)
    with np.errstate(over="ignore"):
        return shaped(call, total)


# ---- fast algorithms -------------------------------------------------------------------------------------------------


def fourier(
    call: Call, *, inputs: Change = as_it_is, transforms: Change = as_it_is, result: Change = as_it_is
) -> Array:
    """By the fast Fourier transform, in float32 (float64: in float64); a dilated kernel is filled up with zeros.

    The planes are filled up to sizes that butterflies of few points can transform. What goes through a change: input
    and weight, the transforms and their products, and the result.
    """
    g = call.geometry
    wide = accumulator_of(call.input.dtype)
    x = inputs(np.asarray(call.input)).astype(wide)
    padded = pad(x if x.ndim == 4 else x[None], g.pads, g.padding_mode)
    size = tuple(scipy.fft.next_fast_len(side, real=True) for side in padded.shape[2:])
    bins = (size[0], size[1] // 2 + 1)
    data = transforms(scipy.fft.rfft2(padded, size)).reshape(len(padded), g.groups, 1, g.C // g.groups, *bins)
    (dh, dw), (sh, sw) = g.dilation, g.stride
    kernel = np.zeros((*call.weight.shape[:2], dh * (g.KH - 1) + 1, dw * (g.KW - 1) + 1), wide)
    kernel[:, :, ::dh, ::dw] = inputs(np.asarray(call.weight))
    filters = transforms(scipy.fft.rfft2(kernel, size))
    filters = filters.reshape(1, g.groups, g.M // g.groups, g.C // g.groups, *bins)
    spectrum = transforms(transforms(data * filters.conj()).sum(axis=3))
    whole = scipy.fft.irfft2(spectrum, size).reshape(len(padded), g.M, *size)
    rows, columns = (padded.shape[axis] - kernel.shape[axis] + 1 for axis in (2, 3))
    return result(with_bias(call, whole[:, :, :rows:sh, :columns:sw]))


def strassen(call: Call) -> Array:
    """By one level of Strassen's matrix product, on the lowered matrices."""
    wide = accumulator_of(call.input.dtype)
    x, w = (array.astype(wide) for array in lower(call))
    evened = []
    for array in (w[None], x):
        evened.append(np.pad(array, [(0, 0), (0, 0), *((0, size % 2) for size in array.shape[2:])]))
    with np.errstate(all="ignore"):
        product = _strassen(*evened)[:, :, : w.shape[1], : x.shape[3]]
    return with_bias(call, product)


def _strassen(A: Array, B: Array) -> Array:
    def quarters(X: Array) -> tuple[Array, Array, Array, Array]:
        i, j = X.shape[-2] // 2, X.shape[-1] // 2
        return X[..., :i, :j], X[..., :i, j:], X[..., i:, :j], X[..., i:, j:]

    (a, b, c, d), (e, f, g, h) = quarters(A), quarters(B)
    p1, p2, p3, p4 = a @ (f - h), (a + b) @ h, (c + d) @ e, d @ (g - e)
    p5, p6, p7 = (a + d) @ (e + h), (b - d) @ (g + h), (a - c) @ (e + f)
    top = np.concatenate((p5 + p4 - p2 + p6, p1 + p2), axis=-1)
    bottom = np.concatenate((p3 + p4, p1 + p5 - p3 - p7), axis=-1)
    return np.concatenate((top, bottom), axis=-2)
