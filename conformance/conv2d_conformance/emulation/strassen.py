"""Strassen's matrix product."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.formats import accumulator_of
from conv2d_conformance.emulation.terms import lower, with_bias


def strassen_product(call: Call) -> Array:
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
