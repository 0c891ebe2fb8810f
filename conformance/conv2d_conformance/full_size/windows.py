"""The factors of single elements of an answer: what the definition multiplies, element by element.

They are gathered from the arrays by the definition itself, index by index, and not by the combinations of `identities`,
which they confirm.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from conv2d_conformance.contract.arrays import Array, Floats
from conv2d_conformance.full_size.axes import NOTHING, TapIndices
from conv2d_conformance.full_size.call import LargeCall
from conv2d_conformance.full_size.planes import widened

Factors = tuple[Floats, Floats]
"""Two arrays (K,) of float64, whose products an element of the answer is the sum of."""

Gather = Callable[[LargeCall, tuple[int, ...]], Factors]


def of_output(call: LargeCall, index: tuple[int, ...]) -> Factors:
    """The window of an output element and its filter."""
    n, m, oh, ow = index
    g, channels = call.g, call.g.C // call.g.groups
    first = m // (g.M // g.groups) * channels
    seen = _at(call.input[n, first : first + channels], call.rows[oh], call.columns[ow])
    return seen.ravel(), _float64(call.weight[m]).ravel()


def of_grad_input(call: LargeCall, index: tuple[int, ...]) -> Factors:
    """The elements of grad_output whose windows read an element of the input, and the weights under which they do."""
    n, c, h, w = index
    g, filters = call.g, call.g.M // call.g.groups
    group, channel = divmod(c, g.C // g.groups)
    of_group = slice(group * filters, (group + 1) * filters)
    (oh, kh), (ow, kw) = np.nonzero(call.rows == h), np.nonzero(call.columns == w)
    assert call.grad_output is not None
    outputs = call.grad_output[n, of_group][:, oh[:, None], ow]
    return _float64(outputs).ravel(), _float64(call.weight[of_group, channel][:, kh[:, None], kw]).ravel()


def of_grad_weight(call: LargeCall, index: tuple[int, ...]) -> Factors:
    """grad_output of a filter, in all images, and what a tap of it reads there."""
    m, c, kh, kw = index
    channel = m // (call.g.M // call.g.groups) * (call.g.C // call.g.groups) + c
    seen = _at(call.input[:, channel], call.rows[:, kh], call.columns[:, kw])
    assert call.grad_output is not None
    return _float64(call.grad_output[:, m]).ravel(), seen.ravel()


def of_grad_bias(call: LargeCall, index: tuple[int, ...]) -> Factors:
    """grad_output of a filter, in all images, and ones."""
    assert call.grad_output is not None
    outputs = _float64(call.grad_output[:, index[0]]).ravel()
    return outputs, np.ones_like(outputs)


def _at(planes: Array, rows: TapIndices, columns: TapIndices) -> Floats:
    """The elements of planes (A, H, W) at some rows and columns, with zeros where there is nothing."""
    found = _float64(planes[:, rows[:, None], columns])
    found[:, rows == NOTHING] = 0
    found[:, :, columns == NOTHING] = 0
    return found


def _float64(values: Array) -> Floats:
    return widened(values).astype(np.float64)


def exact_sum(call: LargeCall, gather: Gather, index: tuple[int, ...]) -> int:
    """The exact value of an element, for integer data."""
    left, right = gather(call, index)
    # At most 2^8 each (`identities.MOST`), so that any sum in memory fits 63 bits.
    return int(left.astype(np.int64) @ right.astype(np.int64))
