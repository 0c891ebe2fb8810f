"""The products of a call of conv2d, and their sum in an order that is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.formats import Change, accumulator_of, as_it_is
from conv2d_reference.lowered import Layer

BLOCK = 2**16
"""Products that are computed at a time, in elements."""


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


def with_bias(call: Call, total: Array) -> Array:
    """The answer, of sums to which the bias is added last."""
    total = total.reshape(-1, *call.geometry.output_shape[-3:])
    if call.bias is not None:
        total = total + np.asarray(call.bias).astype(total.dtype).reshape(-1, 1, 1)
    with np.errstate(over="ignore"):
        return shaped(call, total)
