"""Faults in gradients on paths that only drawn cases take, and at sizes that only fixed tables have."""

from __future__ import annotations

import itertools

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.gradients_call import Derived, Gradients
from conv2d_conformance.mutants import derives_wrong


@derives_wrong("gradients.groups")
def channels_within_a_group_share_a_gradient(d: Derived) -> Gradients:
    """gradients in which all channels within a group have the weight gradient of its first"""
    gx, gw, gb = d.right()
    return gx, np.repeat(gw[:, :1], gw.shape[1], axis=1) if d.geometry.groups > 1 else gw, gb


@derives_wrong("gradients.groups")
def dilated_depthwise_weight_flipped(d: Derived) -> Gradients:
    """gradients in which that of the weight of a dilated depthwise convolution is flipped"""
    gx, gw, gb = d.right()
    g = d.geometry
    return gx, gw[..., ::-1, ::-1].copy() if g.groups == g.C > 1 and g.dilation != (1, 1) else gw, gb


@derives_wrong("gradients.every-size")
def patches_lose_their_last_row(d: Derived) -> Gradients:
    """gradients in which, where square kernels do not overlap, that of the weight ends with a row of zeros"""
    gx, gw, gb = d.right()
    g = d.geometry
    if g.KH == g.KW == g.stride[0] == g.stride[1] > 1:
        gw[..., -1, :] = 0
    return gx, gw, gb


@derives_wrong("gradients.every-size")
def rows_from_60_on_not_added(d: Derived) -> Gradients:
    """gradients in which that of the weight leaves out the rows of grad_output from the 61st on"""
    gx, _, gb = d.right()
    gy = d.grad_output.copy()
    gy[..., 60:, :] = 0
    return gx, d.right(grad_output=gy)[1], gb


_KEPT: dict[tuple[int, ...], Array] = {}


@derives_wrong("gradients.results-own-memory")
def strided_weight_gradients_in_one_buffer(d: Derived) -> Gradients:
    """gradients in which, with a stride, that of the weight is in a buffer that later calls write to"""
    gx, gw, gb = d.right()
    if d.geometry.stride == (1, 1):
        return gx, gw, gb
    buffer = _KEPT.setdefault((*gw.shape, gw.dtype.num), gw)
    buffer[...] = gw
    return gx, buffer, gb


_CALLS = itertools.count()


def stirred(array: Array) -> Array:
    """The array with the last bit of its first element set in every second call."""
    result = array.copy()
    if next(_CALLS) % 2 and result.size:
        result.flat[0] = np.nextafter(result.flat[0], result.dtype.type(1e4))
    return result


@derives_wrong("gradients.repeatable")
def double_precision_by_atomics(d: Derived) -> Gradients:
    """gradients in which that of the weight varies from call to call in float64"""
    gx, gw, gb = d.right()
    return gx, stirred(gw) if gw.dtype == np.float64 else gw, gb


@derives_wrong("gradients.repeatable")
def large_sums_by_atomics(d: Derived) -> Gradients:
    """gradients in which that of the weight varies from call to call where it has 4096 elements or more"""
    gx, gw, gb = d.right()
    return gx, stirred(gw) if gw.size >= 4096 else gw, gb
