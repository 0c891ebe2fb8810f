"""The derivatives by whole arrays, one tap of the kernel at a time: faster than the loops, and independent of them.

A tap sees a lattice of the padded input. Its weight gradient is the product of that lattice with grad_output. It adds
grad_output times its weight to the gradient of the padded input, on the same lattice. Padding the row and column
numbers tells which elements the padding copied.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from conv2d_reference.arguments import Array
from conv2d_reference.gradients_arguments import resolve_gradients
from conv2d_reference.integers import IntOrPair, Pair

NUMPY_PADDING = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


@np.errstate(over="ignore", invalid="ignore")  # infinities and NaN are answers, not accidents
def gradients(
    input: Array,
    weight: Array,
    bias: Array | None,
    grad_output: Array,
    *,
    stride: IntOrPair = 1,
    padding: IntOrPair | str = 0,
    dilation: IntOrPair = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
) -> tuple[Array, Array, Array | None]:
    """The same as `gradients_direct.gradients`, for NumPy's own numbers: TypeError for arrays of objects.

    Floats add up in float64, complex numbers in complex128, rounded once, at the end; integers in int64, where they may
    wrap around. Implicit zeros are multiplied: an infinite grad_output over them makes NaN.
    """
    geometry = resolve_gradients(
        input,
        weight,
        bias,
        grad_output,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        padding_mode=padding_mode,
    )
    if input.dtype == object:
        raise TypeError("gradients of this module takes NumPy's own numbers, got arrays of objects")
    dtype = np.int64 if np.issubdtype(input.dtype, np.integer) else np.result_type(input.dtype, np.float64)
    G, C, M = geometry.groups, geometry.C // geometry.groups, geometry.M // geometry.groups
    x = np.conj(input.astype(dtype)).reshape(-1, G, C, geometry.H, geometry.W)
    w = np.conj(weight.astype(dtype)).reshape(G, M, *weight.shape[1:])
    gy = grad_output.astype(dtype).reshape(-1, G, M, geometry.OH, geometry.OW)

    # An extra element at the end of each axis stands for all implicit zeros; its gradient is dropped.
    rows = _sources(geometry.H, geometry.pads[0], padding_mode)
    columns = _sources(geometry.W, geometry.pads[1], padding_mode)
    places: Any = (..., rows[:, None], columns)
    padded = np.pad(x, [(0, 0)] * 3 + [(0, 1)] * 2)[places]
    padded_gradient = np.zeros_like(padded)
    gw = np.zeros_like(w)
    for kh, kw in np.ndindex(*w.shape[-2:]):
        seen = (
            ...,
            _lattice(kh * geometry.dilation[0], geometry.stride[0], geometry.OH),
            _lattice(kw * geometry.dilation[1], geometry.stride[1], geometry.OW),
        )
        gw[..., kh, kw] = np.einsum("ngmij,ngcij->gmc", gy, padded[seen])
        padded_gradient[seen] += np.einsum("ngmij,gmc->ngcij", gy, w[..., kh, kw])

    gathered = np.zeros((*x.shape[:-2], geometry.H + 1, geometry.W + 1), dtype)
    np.add.at(gathered, places, padded_gradient)
    gx = gathered[..., :-1, :-1]
    grad_bias = None if bias is None else gy.sum(axis=(0, 3, 4)).reshape(-1).astype(input.dtype)
    return gx.reshape(input.shape).astype(input.dtype), gw.reshape(weight.shape).astype(input.dtype), grad_bias


def _sources(size: int, pads: Pair, padding_mode: str) -> npt.NDArray[np.intp]:
    """The element at every coordinate of the padded axis; `size` for an implicit zero."""
    elements = np.arange(size)
    if padding_mode == "zeros":
        return np.pad(elements, pads, constant_values=size)
    mode: Any = NUMPY_PADDING[padding_mode]
    return np.pad(elements, pads, mode=mode)


def _lattice(first: int, step: int, count: int) -> slice:
    return slice(first, first + step * (count - 1) + 1, step)
