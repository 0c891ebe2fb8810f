"""The exact oracle: the sum of every output element, and the facts about it that the error bound needs."""

from dataclasses import dataclass
from math import inf
from sys import float_info
from typing import Any

import numpy as np
from numpy.typing import NDArray

from conv2d_reference.lowered import BLOCK, Layer, Pads, Pair, conv2d
from conv2d_reference.splitting import CHUNK, ETA, Floats, U, exact_product, least, magnitude_of, scaled, unit, unscaled

Array = NDArray[Any]

PRODUCTS = 1 << 21  # up to this many products of a block are examined one by one for the smallest
SAMPLE = 1 << 10  # elements that show whether data may have few bits


@dataclass(frozen=True, slots=True)
class Sums:
    """The facts about every output element that the law needs: float64 arrays (N, M, OH, OW), with N = 1 for one image.

    high, low, error: the sum S of the products, without bias: |S - (high + low)| <= error. Where S rounds to an
    infinity in float64, high is that infinity, low is 0 and error is infinite. A single product is correctly rounded,
    and with `exact` low has the sign of the rest that the rounding left, even where that is too small for a number.
    magnitude: A = sum |x||w| or a little more, never less; A itself where all sums of products provably fit 53 bits.
    terms: the number of non-zero products, exactly.
    smallest: the smallest non-zero |product| or less, never more; inf where there is none.
    """

    high: Floats
    low: Floats
    error: Floats
    magnitude: Floats
    terms: Floats
    smallest: Floats


def sums(
    input: Array,
    weight: Array,
    *,
    stride: Pair,
    dilation: Pair,
    groups: int,
    pads: Pads,
    padding_mode: str = "zeros",
    exact: bool,
    narrow: bool = False,
) -> Sums:
    """The Sums of a convolution of finite float16, bfloat16, float32 or float64 arrays.

    input (N, C, H, W) or (C, H, W); weight (M, C//groups, KH, KW); pads ((top, bottom), (left, right)); stride and
    dilation are pairs (height, width). Raises ValueError where data are not finite or the shapes allow no convolution.

    With `exact`, the error is below 2^-100 A in all our experiments, or a few 2^-1074; it is computed, not assumed.
    Without, S is one float64 matrix product, with error 0 where all sums of products provably fit 53 bits; float64 data
    that might underflow or overflow are treated as with `exact`. `narrow`: that float64 arrays hold numbers of float32.
    """
    batch = input if input.ndim == 4 else input[None]
    layer = Layer.of(batch, weight, stride, dilation, groups, pads, padding_mode)
    # The product of two 24-bit numbers is exact.
    narrow = narrow or (input.dtype != np.float64 and weight.dtype != np.float64)
    x, w = np.ascontiguousarray(batch, np.float64), np.ascontiguousarray(weight, np.float64)
    if not (np.isfinite(x).all() and np.isfinite(w).all()):
        raise ValueError("the oracle needs finite data")

    exact = exact or not (narrow or _in_range(x, w, layer.K))
    exponent, data = 0, (x, w)
    if exact:
        x, w, exponent = scaled(x, w)
    filters = w.reshape(layer.G, -1, layer.K)
    filter_sizes, filter_mask = np.abs(filters), _mask(filters)
    limit = _limit(x, w)
    product = exact_product(filters, limit) if exact else None
    few_products = min(layer.columns_size, BLOCK) * filters.shape[1] <= PRODUCTS

    out = [np.empty((layer.N, layer.G, layer.M // layer.G, layer.OH * layer.OW)) for _ in range(6)]
    rooms = layer.room(), layer.room()
    for images in layer.batches():
        image = layer.grouped(layer.padded(x[images]))
        image_sizes = np.abs(image)
        windows, windows_of_sizes = layer.windows(image), layer.windows(image_sizes)
        counts = None if filter_mask is not None else _counts(layer, image)
        nearest = None if few_products else _nearest(layer, image_sizes)
        for band in layer.bands():
            columns, sizes = layer.columns(windows, band, rooms[0]), layer.columns(windows_of_sizes, band, rooms[1])
            high, low, error, magnitude, terms, smallest = (part[images, ..., layer.pixels(band)] for part in out)
            if counts is not None:
                terms[...] = counts[..., layer.pixels(band)]
            else:
                terms[...] = filter_mask @ (sizes != 0).astype(np.float32)
            if product:
                high[...], low[...], error[...], magnitude[...] = product(columns)
            else:
                np.matmul(filters, columns, out=high)
                low[...], magnitude[...] = 0, magnitude_of(filter_sizes, sizes, limit)
                # Proof: a product passes n - 1 additions, and its own rounding unless narrow, so the error is at most
                # ((1 + U)^n - 1) A. Up to the limit, all sums are multiples of one unit, and at most 2^53 of it.
                np.multiply((terms - narrow) * (U * (1 + 2.0**-20)), magnitude, out=error)
                if limit:
                    error[magnitude <= limit] = 0
            if nearest is None:
                smallest[...] = _smallest(filter_sizes, sizes)
            else:
                np.multiply(least(filter_sizes, 2), nearest[..., layer.pixels(band)], out=smallest)
            if not narrow:  # a product may have been rounded upwards
                smallest[...] = np.where(magnitude <= limit, smallest, np.nextafter(smallest, 0))
            if (few := terms == 0).any():
                smallest[few] = inf
    high, low, error, magnitude, terms, smallest = (part.reshape(layer.N, layer.M, layer.OH, layer.OW) for part in out)
    pair = high, low
    if exponent:
        high, low, error, magnitude, smallest = unscaled(exponent, high, low, error, magnitude, smallest)
    single = terms == 1
    if exact and single.any():  # float64 rounds these correctly, while the pair, or scaling back, may round twice
        with np.errstate(over="ignore", invalid="ignore"):
            once = conv2d(*data, stride=stride, dilation=dilation, groups=groups, pads=pads, padding_mode=padding_mode)
        single &= np.isfinite(once)
        low[single] = _left_by_rounding(pair[0][single], pair[1][single], once[single], exponent)
        error[single] += 2 * U * np.abs(low[single])  # the rounding of scaling back is already included
        high[single] = once[single]
    return Sums(high, low, error, magnitude, terms, smallest)


def _left_by_rounding(high: Floats, low: Floats, once: Floats, exponent: int) -> Floats:
    """The rest of single products, given as a scaled pair, beyond their rounded value.

    A rest that is too small for a number after scaling back becomes the smallest number of its sign.
    """
    rest = (high - np.ldexp(once, -exponent)) + low
    with np.errstate(under="ignore"):
        left: Floats = np.ldexp(rest, exponent)
    return np.where((left == 0) & (rest != 0), np.copysign(ETA, rest), left)


def _in_range(x: Floats, w: Floats, K: int) -> bool:
    """Whether no product and no sum of K of them overflows, and no product comes near the subnormal numbers."""
    x, w = np.abs(x), np.abs(w)
    largest, smallest = float(x.max(initial=0)) * float(w.max()) * K, float(least(x)) * float(least(w))
    return largest < 2.0**1022 and smallest > 2.0**-1021


def _limit(x: Floats, w: Floats) -> float:
    """A limit on A below which all sums of products are exact in float64: 2^53 times a number that divides them all.

    Zero, which promises nothing, if the first elements show that they have too many bits for a useful limit.
    """
    few = x.ravel()[:SAMPLE], w.ravel()[:SAMPLE]
    useful = float(np.abs(few[0]).max(initial=0)) * float(np.abs(few[1]).max())
    if unit(few[0]) * unit(few[1]) * 2.0**53 < useful:
        return 0.0
    return min(unit(x) * unit(w) * 2.0**53, float_info.max)


def _mask(filters: Floats) -> NDArray[np.float32] | None:
    """Ones where a weight is non-zero; None where all are.

    The product of two masks counts the non-zero products, exactly in float32 up to 2^24 of them.
    """
    mask = filters != 0
    return None if mask.all() else mask.astype(np.float32)


def _counts(layer: Layer, image: Floats) -> Floats:
    """The number of non-zero x of every window, (N, G, 1, OH*OW)."""
    of_channels = (image != 0).sum(axis=2, keepdims=True, dtype=np.float64)
    return _over_taps(np.add, layer, of_channels)


def _smallest(filter_sizes: Floats, sizes: Floats) -> Floats:
    """The smallest non-zero |product|, as float64 rounds it, for blocks small enough to look at all products."""
    M, (N, G, _, P) = filter_sizes.shape[1], sizes.shape
    with np.errstate(over="ignore"):
        x, w = (np.where(size == 0, inf, size) for size in (sizes, filter_sizes))
        result = np.empty((N, G, M, P))
        step = max(1, CHUNK // sizes.size)
        for m in range(0, M, step):
            products = w[:, m : m + step, :, None] * x[:, :, None]
            products.min(axis=3, out=result[:, :, m : m + step])
    return result


def _nearest(layer: Layer, image_sizes: Floats) -> Floats:
    """The smallest non-zero |x| of every window, (N, G, 1, OH*OW), or inf.

    Times the smallest |w| of the filter, it is at most as large as any product of the two.
    """
    return _over_taps(np.minimum, layer, least(image_sizes, 2))


def _over_taps(combine: np.ufunc, layer: Layer, image: Floats) -> Floats:
    """Combine what the taps of every window see in an image (N, G, 1, HP, WP): (N, G, 1, OH*OW)."""
    seen = layer.windows(np.ascontiguousarray(image))
    KH, KW = layer.kernel
    found = seen[..., 0, 0, :, :].copy()
    for kh, kw in np.ndindex(KH, KW):
        if kh or kw:
            combine(found, seen[..., kh, kw, :, :], out=found)
    return found.reshape(*found.shape[:3], -1)
