"""Implementations whose arithmetic is known, because it is written down here: what a fingerprint must recognise.

A sum is a function of the products in their order, given as pairs of factors, and of the type to compute in.
A conv2d is made of a sum, of what is done to the inputs before, and of what is done with the bias and the result after.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import ml_dtypes
import numpy as np

Array = np.ndarray[Any, Any]
Factors = list[tuple[Array, Array]]
Sum = Callable[[Factors, Any], Array]
Bias = Callable[[Array, Array | None, Any], Array]

bfloat16 = ml_dtypes.bfloat16


# ---- sums


def rounded_products(factors: Factors, dtype: Any) -> list[Array]:
    return [np.asarray(x.astype(dtype) * w.astype(dtype)) for x, w in factors]


def sequential(factors: Factors, dtype: Any) -> Array:
    return in_sequence(rounded_products(factors, dtype))


def in_sequence(terms: list[Array]) -> Array:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def backwards(factors: Factors, dtype: Any) -> Array:
    return sequential(factors[::-1], dtype)


def in_pairs(terms: list[Array]) -> Array:
    while len(terms) > 1:
        terms = [sum(terms[i + 1 : i + 2], terms[i]) for i in range(0, len(terms), 2)]
    return terms[0]


def pairwise_sum(factors: Factors, dtype: Any) -> Array:
    return in_pairs(rounded_products(factors, dtype))


def lanes(count: int) -> Sum:
    """As vector registers do it: every so many products are added to the same lane, then the lanes in pairs."""

    def total(factors: Factors, dtype: Any) -> Array:
        products = rounded_products(factors, dtype)
        return in_pairs([in_sequence(products[lane::count]) for lane in range(min(count, len(products)))])

    return total


def split(parts: int) -> Sum:
    """Split-K: equal parts, each summed alone, then added."""

    def total(factors: Factors, dtype: Any) -> Array:
        products = rounded_products(factors, dtype)
        bounds = [i * len(products) // parts for i in range(parts + 1)]
        return in_sequence([in_sequence(products[start:end]) for start, end in pairwise(bounds) if end > start])

    return total


def fused(factors: Factors, dtype: Any) -> Array:
    """Sequential, with fused multiply-add in float32: the exact product is added, and rounded once."""
    assert dtype == np.float32
    total: Array = np.zeros((), np.float32)
    for x, w in factors:
        total = to_odd(x.astype(np.float64) * w.astype(np.float64), total.astype(np.float64)).astype(np.float32)
    return np.asarray(total)


def to_odd(a: Array, b: Array) -> Array:
    """A + b in float64, rounded to odd, so that a second rounding to float32 is the right one."""
    with np.errstate(invalid="ignore", over="ignore"):
        total = a + b
        part = total - a
        error = (a - (total - part)) + (b - part)
    even = total.view(np.int64) % 2 == 0
    inexact = np.isfinite(error) & (error != 0) & even
    return np.where(inexact, np.nextafter(total, np.where(error > 0, np.inf, -np.inf)), total)


def kahan(factors: Factors, dtype: Any) -> Array:
    total, lost = np.zeros_like((products := rounded_products(factors, dtype))[0]), dtype(0)
    for product in products:
        term = product - lost
        grown = total + term
        lost = (grown - total) - term
        total = grown
    return total


def matrix_engine(factors: Factors, dtype: Any) -> Array:
    """Four products and the running sum are aligned to the largest of them, cut off at 24 bits, and added."""
    assert dtype == np.float32
    total = np.zeros(())
    for start in range(0, len(factors), 4):
        exact = [x.astype(np.float64) * w.astype(np.float64) for x, w in factors[start : start + 4]]
        terms = np.array(np.broadcast_arrays(total, *exact))
        quantum = np.exp2(np.floor(np.log2(np.abs(terms).max(axis=0))) - 23)
        total = toward_zero(np.trunc(terms / quantum).sum(axis=0) * quantum, np.float32).astype(np.float64)
        total = np.where(quantum == 0, 0, total)
    return total.astype(np.float32)


def skipping_zeros(factors: Factors, dtype: Any) -> Array:
    return in_sequence([np.where((x == 0) | (w == 0), dtype(0), x * w) for x, w in factors])


def shuffled(seed: int = 0) -> Sum:
    """Another order in every call."""
    random = np.random.default_rng(seed)

    def total(factors: Factors, dtype: Any) -> Array:
        return sequential([factors[i] for i in random.permutation(len(factors))], dtype)

    return total


# ---- what is done to inputs and results


def toward_zero(values: Array, dtype: Any) -> Array:
    """Cut off what does not fit into a narrower type."""
    near = values.astype(dtype)
    too_far = np.abs(near.astype(np.float64)) > np.abs(values.astype(np.float64))
    return np.where(too_far, np.nextafter(near, dtype(0)), near)


def cut_to_tf32(values: Array) -> Array:
    return (np.ascontiguousarray(values).view(np.uint32) & np.uint32(0xFFFFE000)).view(np.float32)


def rounded_to_tf32(values: Array) -> Array:
    bits = np.ascontiguousarray(values).view(np.uint32)
    half = np.uint32(0xFFF) + (bits >> np.uint32(13) & np.uint32(1))
    return np.where(np.isfinite(values), (bits + half & np.uint32(0xFFFFE000)).view(np.float32), values)


def rounded_to(dtype: Any) -> Callable[[Array], Array]:
    return lambda values: values.astype(dtype).astype(values.dtype)


def fixed_point(bits: int) -> Callable[[Array], Array]:
    """One scale for the whole tensor, given by its largest element."""

    def quantised(values: Array) -> Array:
        largest = float(np.abs(values.astype(np.float64)).max())
        if largest == 0 or not np.isfinite(largest):
            return values
        quantum = 2.0 ** (np.floor(np.log2(largest)) + 1 - bits)
        found: Array = (np.rint(values / quantum) * quantum).astype(values.dtype)
        return found

    return quantised


def flushed(values: Array) -> Array:
    return np.where(np.abs(values) < np.finfo(values.dtype).tiny, values.dtype.type(0), values)


def same(values: Array) -> Array:
    return values


def bias_before_rounding(total: Array, bias: Array | None, dtype: Any) -> Array:
    return (total if bias is None else total + bias.astype(total.dtype)).astype(dtype)


def bias_after_rounding(total: Array, bias: Array | None, dtype: Any) -> Array:
    return total.astype(dtype) if bias is None else total.astype(dtype) + bias


# ---- a whole conv2d


def direct(
    total: Sum = sequential,
    *,
    dtype: Any = None,
    inputs: Callable[[Array], Array] = same,
    finish: Bias = bias_before_rounding,
    result: Callable[[Array], Array] = same,
    in_batch: Sum | None = None,
) -> Callable[..., Array]:
    """A conv2d of a sum in a type, which is that of the data unless it is given; `in_batch`: the sum of batches."""

    def conv2d(input: Array, weight: Array, bias: Array | None = None, *, padding: Any = 0, groups: int = 1) -> Array:
        x, w = inputs(_padded(input, padding)), inputs(weight)
        summed = in_batch if in_batch and len(x) > 1 else total
        with np.errstate(all="ignore"):
            blocks = [
                summed(_factors(channels, kernels), dtype or input.dtype.type)
                for channels, kernels in zip(np.split(x, groups, axis=1), np.split(w, groups), strict=True)
            ]
            joined = np.concatenate(blocks, axis=1)
            return result(finish(joined, None if bias is None else bias[:, None, None], input.dtype))

    return conv2d


def _padded(x: Array, padding: Any) -> Array:
    rows, columns = padding if isinstance(padding, tuple) else (padding, padding)
    return np.pad(x, [(0, 0), (0, 0), (rows, rows), (columns, columns)])


def _factors(x: Array, w: Array) -> Factors:
    """The pairs of factors of all output elements, channel by channel and row by row."""
    C, KH, KW = w.shape[1:]
    OH, OW = x.shape[2] - KH + 1, x.shape[3] - KW + 1
    return [
        (x[:, None, c, i : i + OH, j : j + OW], w[None, :, c, i, j, None, None]) for c, i, j in np.ndindex(C, KH, KW)
    ]


F2 = (
    [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]],
    [[1, 0, 0], [1 / 2, 1 / 2, 1 / 2], [1 / 2, -1 / 2, 1 / 2], [0, 0, 1]],
    [[1, 1, 1, 0], [0, 1, -1, -1]],
)
F4 = (
    [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ],
    [
        [1 / 4, 0, 0],
        [-1 / 6, -1 / 6, -1 / 6],
        [-1 / 6, 1 / 6, -1 / 6],
        [1 / 24, 1 / 12, 1 / 6],
        [1 / 24, -1 / 12, 1 / 6],
        [0, 0, 1],
    ],
    [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]],
)
F6 = (
    [
        [1, 0, -21 / 4, 0, 21 / 4, 0, -1, 0],
        [0, 1, 1, -17 / 4, -17 / 4, 1, 1, 0],
        [0, -1, 1, 17 / 4, -17 / 4, -1, 1, 0],
        [0, 1 / 2, 1 / 4, -5 / 2, -5 / 4, 2, 1, 0],
        [0, -1 / 2, 1 / 4, 5 / 2, -5 / 4, -2, 1, 0],
        [0, 2, 4, -5 / 2, -5, 1 / 2, 1, 0],
        [0, -2, 4, 5 / 2, -5, -1 / 2, 1, 0],
        [0, -1, 0, 21 / 4, 0, -21 / 4, 0, 1],
    ],
    [
        [1, 0, 0],
        [-2 / 9, -2 / 9, -2 / 9],
        [-2 / 9, 2 / 9, -2 / 9],
        [1 / 90, 1 / 45, 2 / 45],
        [1 / 90, -1 / 45, 2 / 45],
        [32 / 45, 16 / 45, 8 / 45],
        [32 / 45, -16 / 45, 8 / 45],
        [0, 0, 1],
    ],
    [
        [1, 1, 1, 1, 1, 1, 1, 0],
        [0, 1, -1, 2, -2, 1 / 2, -1 / 2, 0],
        [0, 1, 1, 4, 4, 1 / 4, 1 / 4, 0],
        [0, 1, -1, 8, -8, 1 / 8, -1 / 8, 0],
        [0, 1, 1, 16, 16, 1 / 16, 1 / 16, 0],
        [0, 1, -1, 32, -32, 1 / 32, -1 / 32, 1],
    ],
)
"""The matrices for the tile, the kernel and the result (Lavin and Gray, 2016)."""


def winograd(matrices: Any) -> Callable[..., Array]:
    """A conv2d of 3x3 kernels by Winograd's algorithm; other kernels directly."""
    otherwise = direct()

    def conv2d(input: Array, weight: Array, bias: Array | None = None, *, padding: Any = 0, groups: int = 1) -> Array:
        if weight.shape[2:] != (3, 3) or groups > 1:
            return otherwise(input, weight, bias, padding=padding, groups=groups)
        tile, kernel, result = (np.array(matrix, dtype=input.dtype) for matrix in matrices)
        m, size = result.shape
        x = _padded(input, padding)
        OH, OW = x.shape[2] - 2, x.shape[3] - 2
        rows, columns = -(-OH // m), -(-OW // m)
        x = np.pad(x, [(0, 0), (0, 0), (0, rows * m - OH), (0, columns * m - OW)])
        u = kernel @ weight @ kernel.T
        y = np.zeros((len(x), len(weight), rows * m, columns * m), dtype=input.dtype)
        with np.errstate(all="ignore"):
            for i, j in np.ndindex(rows, columns):
                d = x[:, :, i * m : i * m + size, j * m : j * m + size]
                v = tile @ d @ tile.T
                product = in_sequence([u[None, :, c] * v[:, None, c] for c in range(x.shape[1])])
                y[:, :, i * m : i * m + m, j * m : j * m + m] = result @ product @ result.T
            return bias_before_rounding(y[:, :, :OH, :OW], None if bias is None else bias[:, None, None], input.dtype)

    return conv2d


def fft(input: Array, weight: Array, bias: Array | None = None, *, padding: Any = 0) -> Array:
    """A conv2d by the Fourier transform of the whole image, in the precision of the data."""
    import scipy.fft

    x = _padded(input, padding)
    size = x.shape[2:]
    OH, OW = size[0] - weight.shape[2] + 1, size[1] - weight.shape[3] + 1
    with np.errstate(all="ignore"):
        transformed = scipy.fft.rfft2(x)[:, None] * np.conj(scipy.fft.rfft2(weight, s=size))[None]
        y = scipy.fft.irfft2(transformed.sum(axis=2), s=size)[:, :, :OH, :OW]
        return bias_before_rounding(y, None if bias is None else bias[:, None, None], input.dtype)


def strassen(input: Array, weight: Array, bias: Array | None = None, *, padding: Any = 0) -> Array:
    """A conv2d of 1x1 kernels as one matrix product by Strassen's algorithm, one level deep; all sizes are even."""
    assert weight.shape[2:] == (1, 1)
    x = _padded(input, padding)
    y = [_strassen(weight[:, :, 0, 0], image.reshape(len(image), -1)).reshape(-1, *x.shape[2:]) for image in x]
    return bias_before_rounding(np.array(y), None if bias is None else bias[:, None, None], input.dtype)


def _strassen(a: Array, b: Array) -> Array:
    (a11, a12), (a21, a22) = (np.hsplit(half, 2) for half in np.vsplit(a, 2))
    (b11, b12), (b21, b22) = (np.hsplit(half, 2) for half in np.vsplit(b, 2))
    with np.errstate(all="ignore"):
        p1 = (a11 + a22) @ (b11 + b22)
        p2 = (a21 + a22) @ b11
        p3 = a11 @ (b12 - b22)
        p4 = a22 @ (b21 - b11)
        p5 = (a11 + a12) @ b22
        p6 = (a21 - a11) @ (b11 + b12)
        p7 = (a12 - a22) @ (b21 + b22)
        return np.block([[p1 + p4 - p5 + p7, p3 + p5], [p2 + p4, p1 - p2 + p3 + p6]])
