"""Check a large answer by random combinations of its elements (Freivalds), in time proportional to the arrays.

The convolution and its gradients are the three partial derivatives of one trilinear form of input, weight and
grad_output,

    T(x, w, gy) = sum over n, m, oh, ow, c, kh, kw of gy[n, m, oh, ow] w[m, c, kh, kw] x'[n, c, oh, ow, kh, kw],

where x' is the element that the tap reads, or 0 in a padding of zeros. So y = dT/dgy, grad_input = dT/dx and
grad_weight = dT/dw; the bias adds to y alone. With E = e0 (x) e1 (x) e2 (x) e3 a tensor of rank one in the shape of the
answer, <answer, E> must equal T with E in the place of the array that the answer is the derivative by. Both sides take
one pass over each array, since the sums over rows and over columns can be done one after the other.

The theorem. Let data and answer be integers, and let the magnitudes of the right answer and of the one that came be at
most B each, with 2 B < p. If the answer is wrong anywhere, and the coefficients of E are drawn from the p residues
independently of it, both sides are equal modulo p with a probability of at most 4 / p.

Proof. The difference of the sides is <D, E>, where D, the wrong answer minus the right one, has an element that is not
0, and whose magnitude is at most 2 B < p, so that it is not 0 modulo p. So <D, E> is a polynomial in the coefficients
over a field of p elements, not 0, of degree 4. It is 0 for at most a share 4 / p of their values (Schwartz, Zippel). []

With `CHECKS` independent tensors the probability is below (4 / p)^2 < 2^-57. A right answer always passes: nothing is
rounded (`field`).
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.full_size.axes import onto_outputs, onto_read
from conv2d_conformance.full_size.call import LargeCall
from conv2d_conformance.full_size.field import P, Residues, halves, parts, product, reduced
from conv2d_conformance.full_size.planes import BAND, length, weighted, widened
from conv2d_conformance.full_size.whole_numbers import WholeNumbers

MOST = 1 << 8
"""The largest magnitude of data, so that sums of thousands of them times coefficients are exact."""

DATA = WholeNumbers(MOST)

CHECKS = 2
ESCAPE = (4 / P) ** CHECKS
"""The probability that a wrong answer is not seen, at most."""

Ranges = tuple[slice, slice, slice, slice]
Coefficients = tuple[Residues, Residues, Residues, Residues]


class Identity(Protocol):
    """T with a tensor of rank one in the place of one array: residues (k,).

    The coefficients are those of a part of the answer, whose place `ranges` are; all others are zero.
    """

    def __call__(self, call: LargeCall, ranges: Ranges, e: Coefficients) -> Residues: ...


def of_output(call: LargeCall, ranges: Ranges, e: Coefficients) -> Residues:
    """T(x, w, E) and the bias: what a part of the output must combine to."""
    images, filters, _, _ = ranges
    g, size = call.g, call.g.M // call.g.groups
    groups = covering(filters, size)
    of_rows, of_columns = widened_to(e[2], ranges[2], g.OH), widened_to(e[3], ranges[3], g.OW)
    seen = weighted(
        call.input[images, call.channels(groups)],
        e[0],
        onto_read(call.rows, g.H, of_rows),
        onto_read(call.columns, g.W, of_columns),
        DATA,
    )
    of_filters = widened_to(e[1], moved(filters, -groups.start * size), length(groups) * size)
    found = _met(call.weight[call.filters(groups)], of_filters, seen, length(groups))
    if call.bias is None:
        return found
    of_bias = (widened(call.bias[filters]).astype(np.int64) @ e[1] % P) * (e[0].sum(axis=0) % P) % P
    return reduced(found + of_bias * (e[2].sum(axis=0) % P) % P * (e[3].sum(axis=0) % P))


def of_grad_input(call: LargeCall, ranges: Ranges, e: Coefficients) -> Residues:
    """T(E, w, gy): what a part of the gradient of the input must combine to."""
    images, channels, _, _ = ranges
    g, size = call.g, call.g.C // call.g.groups
    groups = covering(channels, size)
    of_rows, of_columns = widened_to(e[2], ranges[2], g.H), widened_to(e[3], ranges[3], g.W)
    assert call.grad_output is not None
    seen = weighted(
        call.grad_output[images, call.filters(groups)],
        e[0],
        onto_outputs(call.rows, of_rows),
        onto_outputs(call.columns, of_columns),
        DATA,
    )
    of_channels = widened_to(e[1], moved(channels, -groups.start * size), length(groups) * size)
    weight = call.weight[call.filters(groups)]
    by_group = weight.reshape(length(groups), -1, *weight.shape[1:]).swapaxes(1, 2)
    return _met(by_group.reshape(-1, *by_group.shape[2:]), of_channels, seen, length(groups))


def _met(weight: Array, of_filters: Residues, seen: Residues, groups: int) -> Residues:
    """The sum of weight (M, c, KH, KW) times coefficients (M, k) and seen (G c, KH, KW, k): residues (k,)."""
    k = of_filters.shape[1]
    filters, met = weight.reshape(groups, -1, weight[0].size), seen.reshape(groups, -1, k)
    coefficients = of_filters.reshape(groups, -1, k)
    found = np.zeros(k, np.int64)
    step = max(1, BAND // weight[0].size)
    for group in range(groups):
        for some in parts(filters.shape[1], step):
            own = widened(filters[group, some]).astype(np.float64)
            combined = product(own.T, halves(coefficients[group, some]), MOST)
            found = (found + (combined * met[group] % P).sum(axis=0)) % P
    return found


def widened_to(of_part: Residues, part: slice, size: int) -> Residues:
    """Coefficients of a part of an axis as those of the whole axis."""
    whole = np.zeros((size, of_part.shape[1]), np.int64)
    whole[part] = of_part
    return whole


def covering(part: slice, size: int) -> slice:
    """The groups of `size` that a part of an axis touches."""
    return slice(part.start // size, -(-part.stop // size))


def moved(part: slice, by: int) -> slice:
    return slice(part.start + by, part.stop + by)
