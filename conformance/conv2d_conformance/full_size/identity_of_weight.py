"""The identity of the gradient of the weight: T(x, E, gy), with a tensor of rank one in the place of the weight.

For each image and group it is the sum over oh and ow of a combination of the filters' grad_output, and of a combination
of the channels that is filtered by the outer product of two vectors, along the rows and then along the columns.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.full_size.axes import TapIndices
from conv2d_conformance.full_size.call import LargeCall
from conv2d_conformance.full_size.field import ALONE, P, Residues, halves, joined, parts, reduced
from conv2d_conformance.full_size.identities import Coefficients, Ranges, covering, moved, widened_to
from conv2d_conformance.full_size.planes import BAND, in_threads, length, widened


def of_grad_weight(call: LargeCall, ranges: Ranges, e: Coefficients) -> Residues:
    """T(x, E, gy): what a part of the gradient of the weight must combine to."""
    filters, channels, _, _ = ranges
    g, k = call.g, e[0].shape[1]
    size = g.M // g.groups
    groups = covering(filters, size)
    count = length(groups)
    of_filters = widened_to(e[0], moved(filters, -groups.start * size), count * size).reshape(count, size, k)
    of_channels = widened_to(e[1], channels, g.C // g.groups)
    of_rows, of_columns = widened_to(e[2], ranges[2], g.KH), widened_to(e[3], ranges[3], g.KW)
    assert call.grad_output is not None
    outputs = call.grad_output[:, call.filters(groups)].reshape(-1, count, size, g.OH * g.OW)
    inputs = call.input[:, call.channels(groups)].reshape(-1, count, g.C // g.groups, g.H * g.W)

    def of_block(block: tuple[int, slice]) -> Residues:
        image, some = block
        shared = np.broadcast_to(of_channels, (length(some), *of_channels.shape))
        planes = _across(inputs[image, some], shared).reshape(-1, k, g.H, g.W)
        filtered = _filtered(_filtered(planes, call.columns, of_columns), call.rows, of_rows, by_rows=True)
        against = _across(outputs[image, some], of_filters[some]).reshape(filtered.shape)
        return reduced((filtered * against % P).sum(axis=(0, 2, 3)))

    total = np.zeros(k, np.int64)
    for _, found in in_threads(of_block, _blocks(len(inputs), count, max(g.H * g.W, g.OH * g.OW))):
        total = (total + found) % P
    return total


def _blocks(N: int, groups: int, plane: int) -> Iterator[tuple[int, slice]]:
    return ((n, some) for n in range(N) for some in parts(groups, max(1, BAND // plane)))


def _across(values: Array, coefficients: Residues) -> Residues:
    """The residues (G, k, P) of integers (G, A, P) times coefficients (G, A, k)."""
    groups, count, pixels = values.shape
    halved = np.stack([halves(of_group).T for of_group in coefficients])  # G, 2k, A
    found = np.empty((groups, coefficients.shape[2], pixels), np.int64)
    for some in parts(pixels, max(1, min(BAND // groups, ALONE // halved.shape[1]) // count)):
        products = halved @ widened(values[..., some]).astype(np.float64)
        rows = products.swapaxes(1, 2).reshape(-1, halved.shape[1])
        found[..., some] = joined(rows).reshape(groups, -1, found.shape[1]).swapaxes(1, 2)
    return found


def _filtered(planes: Residues, places: TapIndices, taps: Residues, *, by_rows: bool = False) -> Residues:
    """Planes (G, k, H, W) summed over what the taps of one axis read, each times its coefficient (kernel, k)."""
    axis = 2 if by_rows else 3
    nothing = [(0, 0)] * 4
    nothing[axis] = (0, 1)  # which the index -1 then reads
    read = np.pad(planes, nothing)
    found = 0
    for tap, factor in enumerate(taps):
        if factor.any():
            found = (found + read.take(places[:, tap], axis) * factor[:, None, None]) % P
    return np.asarray(found)
