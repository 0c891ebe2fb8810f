"""Answers that are wrong in one place alone."""

from __future__ import annotations

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call


def without_last_channel(call: Call) -> Array:
    weight = call.weight.copy()
    weight[:, -1] = 0
    return call.right(weight=weight)


def without_last_tap(call: Call) -> Array:
    weight = call.weight.copy()
    weight[..., -1, -1] = 0
    return call.right(weight=weight)


def zero_columns_from(call: Call, first: int) -> Array:
    result = call.right()
    result[..., first:] = 0
    return result


def zero_images_from(call: Call, first: int) -> Array:
    result = call.right()
    if result.ndim == 4:
        result[first:] = 0
    return result


def last_filters_exchanged(call: Call) -> Array:
    result = call.right()
    result[..., [-1, -2], :, :] = result[..., [-2, -1], :, :]
    return result


def spoilt(result: Array) -> Array:
    """The result but for one element."""
    result = result.copy()
    result.reshape(-1)[-1:] += 1
    return result
