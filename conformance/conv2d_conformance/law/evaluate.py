"""Compute the allowed answers from the data of a call."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array, Floats
from conv2d_conformance.law import fourier, winograd
from conv2d_conformance.law.allowed import Allowed, Exceptions, Mask, exactly, together
from conv2d_conformance.law.bound import Bound, Operands, bound, lost_leaves, vanishing
from conv2d_conformance.law.classes import AccuracyClass
from conv2d_conformance.law.exact_products import with_exact_products
from conv2d_conformance.law.special_values import finite_part, is_finite, required_specials
from conv2d_reference.lowered import Layer
from conv2d_reference.oracle import Sums, sums

PART = 1 << 16
"""The number of output elements that are processed together where there are many."""


def law_of(
    input: Array,
    weight: Array,
    bias: Array | None,
    placement: dict[str, Any],
    accuracy: AccuracyClass,
    *,
    flushed: bool = False,
) -> Allowed:
    """The allowed answers to input (N, C, H, W) or (C, H, W), weight, and bias (M,) or None.

    `placement` is stride, dilation, groups, pads and padding_mode as `conv2d_reference.lowered.conv2d` takes them.
    `flushed`: subnormals may be flushed to zero.
    """
    batch = input if input.ndim == 4 else input[None]
    layer = Layer.of(batch, weight, **placement)
    images = layer.N if accuracy.by_fourier or accuracy.tile else _images_at_a_time(layer, weight.size)
    if images >= layer.N:
        operands = operands_of(batch, weight, bias, placement)
        exact = _exact_law(operands, accuracy)  # tried first: most calls have it
        return exact or _law_of(operands, with_exact_products(batch, weight, accuracy), flushed)
    accuracy = with_exact_products(batch, weight, accuracy)
    parts = (slice(first, first + images) for first in range(0, layer.N, images))
    data = ((part, operands_of(batch[part], weight, bias, placement)) for part in parts)
    laws = ((part, _exact_law(of_part, accuracy) or _law_of(of_part, accuracy, flushed)) for part, of_part in data)
    return together((layer.N, layer.M, layer.OH, layer.OW), laws)


def _images_at_a_time(layer: Layer, weights: int) -> int:
    """Few enough that intermediate arrays stay in the cache, and enough that the weights are not most of the work."""
    return max(1, max(PART, weights) // (layer.M * layer.OH * layer.OW))


def _exact_law(operands: Operands, accuracy: AccuracyClass) -> Allowed | None:
    """A law that allows only the exact sums, where the data are integers so small that nothing rounds; else None."""
    if not _adds_up_products(operands, accuracy) or not is_integral(operands, accuracy):
        return None
    # "not <=": if the data are not finite, the sum is infinite or NaN.
    if not _largest_sum(operands) <= 2.0 ** min(accuracy.accumulator.precision, accuracy.output.precision):
        return None
    return exactly(operands.meet(operands.input, operands.weight) + operands.bias)


def _adds_up_products(operands: Operands, accuracy: AccuracyClass) -> bool:
    return not (accuracy.by_fourier or winograd.covers(operands, accuracy))


def _law_of(operands: Operands, accuracy: AccuracyClass, flushed: bool) -> Allowed:
    if not is_finite(operands.input, operands.weight, operands.bias):
        return _with_specials(operands, accuracy, flushed)
    return _finite_law(operands, accuracy, flushed)


def operands_of(input: Array, weight: Array, bias: Array | None, placement: dict[str, Any]) -> Operands:
    """The data of a call as the law takes them."""
    return Operands(
        (input if input.ndim == 4 else input[None]).astype(np.float64),
        weight.astype(np.float64),
        np.zeros((1, 1, 1)) if bias is None else bias.astype(np.float64).reshape(-1, 1, 1),
        placement,
    )


def _with_specials(operands: Operands, accuracy: AccuracyClass, flushed: bool) -> Allowed:
    special = required_specials(operands, vanishing(accuracy, flushed=flushed))
    finite = finite_part(operands)
    law = _exact_law(finite, accuracy) or _finite_law(finite, accuracy, flushed)
    nowhere = np.zeros_like(special.nan)
    overflow = law.exceptions or Exceptions(nowhere, nowhere, nowhere, special.finite)
    exceptions = Exceptions(
        nan=special.nan | overflow.nan,
        plus=special.plus | (overflow.plus & special.finite),
        minus=special.minus | (overflow.minus & special.finite),
        finite=special.finite,
    )
    return replace(law, evident=law.evident | ~special.finite, exceptions=exceptions)


def _finite_law(operands: Operands, accuracy: AccuracyClass, flushed: bool) -> Allowed:
    integral = is_integral(operands, accuracy)
    # Products of 24-bit numbers are exact in float64; those of float64 need the pair.
    narrow = accuracy.accumulator.precision <= 24
    exact = not (narrow or integral)
    found = sums(operands.input, operands.weight, **operands.placement, exact=exact, narrow=narrow)
    limits = bound(found, operands, accuracy, flushed=flushed)
    in_order = allowed(found, limits, operands, accuracy, integral=integral, flushed=flushed)
    if _adds_up_products(operands, accuracy):
        return in_order
    return _transformed_law(in_order, found, operands, accuracy, integral=integral, flushed=flushed)


def allowed(
    found: Sums, limits: Bound, operands: Operands, accuracy: AccuracyClass, *, integral: bool, flushed: bool
) -> Allowed:
    """The law of sums of products, from their limits."""
    high, rest = _two_sum(found.high, operands.bias)
    low = rest + found.low
    fixed = _fixed(found, high, operands, accuracy, integral=integral, flushed=flushed)
    overflow = _overflow(found, high, limits, operands, accuracy, fixed)
    error = limits.error
    evident = error < np.minimum(np.abs(high), 0.5 * found.smallest)
    if overflow is not None:
        evident &= ~overflow.nan
        error = np.where(overflow.nan, np.inf, error)
    evident |= fixed
    return Allowed(high, low, error, fixed, evident, accuracy.neighbours, overflow)


def _transformed_law(
    in_order: Allowed, found: Sums, operands: Operands, accuracy: AccuracyClass, *, integral: bool, flushed: bool
) -> Allowed:
    """The law of a transform, which also allows everything that sums of products (`in_order`) allow.

    No sum of products is fixed. But integers so small that the bound is below 1/2 are evident, and so is a sum without
    products where the bound of the transform is 0.
    """
    if accuracy.by_fourier:
        error, largest = fourier.error(operands, accuracy, flushed=flushed)
        free = ~((largest < accuracy.accumulator.largest) & (np.abs(in_order.high) + error < accuracy.output.largest))
    else:
        error, largest = winograd.error(operands, accuracy, flushed=flushed)
        free = ~(np.broadcast_to(largest, in_order.high.shape) < accuracy.output.largest)
    error = np.where(error > 0, _narrowed(error, in_order.high, operands, accuracy, flushed=flushed) + found.error, 0.0)
    fixed = in_order.fixed & (found.terms == 0)
    error = np.maximum(error, np.where(fixed, 0.0, in_order.bound))
    evident = ~free & (
        ((error < np.abs(in_order.high)) & (error < 0.5 * found.smallest))
        | (integral & (error < 0.5))
        | (fixed & (error == 0))
    )
    exceptions = in_order.exceptions
    if free.any():
        nowhere = np.zeros_like(free)
        others = exceptions or Exceptions(nowhere, nowhere, nowhere, ~nowhere)
        exceptions = Exceptions(others.nan | free, others.plus | free, others.minus | free, others.finite)
    error = np.where(free, np.inf, error)
    return Allowed(in_order.high, in_order.low, error, np.zeros_like(free), evident, exceptions=exceptions)


def _narrowed(error: Floats, high: Floats, operands: Operands, accuracy: AccuracyClass, *, flushed: bool) -> Floats:
    """The error of a transform's result after flushing and rounding to a narrower type, before and after the bias."""
    if flushed:
        error = error + lost_leaves(operands, accuracy) + 2 * accuracy.accumulator.normal
    if not accuracy.is_narrowed:
        return error
    outer = accuracy.output
    smallest = outer.normal if flushed else outer.tiny
    return error + 2 * (outer.unit * (np.abs(high) + np.abs(operands.bias) + 2 * error) + smallest)


def _fixed(
    found: Sums, high: Floats, operands: Operands, accuracy: AccuracyClass, *, integral: bool, flushed: bool
) -> Mask:
    """Where only one answer is right (or its two neighbours)."""
    leaves = found.terms + (operands.bias != 0)
    one_leaf = leaves <= 1 if accuracy.input is None else found.terms == 0
    if flushed:
        smallest = np.minimum(found.smallest, np.where(operands.bias != 0, np.abs(operands.bias), np.inf))
        has_subnormals = _has_subnormals(operands, accuracy)
        one_leaf = one_leaf & ((leaves == 0) | ((smallest >= accuracy.output.normal) & (not has_subnormals)))
    if not integral:
        return np.asarray(one_leaf)
    size = found.magnitude + np.abs(operands.bias)
    result = np.maximum(np.abs(found.high), np.abs(high))
    exact = (size <= 2.0**accuracy.accumulator.precision) & (result <= 2.0**accuracy.output.precision)
    either: Mask = one_leaf | exact
    return either


def _overflow(
    found: Sums, high: Floats, limits: Bound, operands: Operands, accuracy: AccuracyClass, fixed: Mask
) -> Exceptions | None:
    """Where infinities are allowed (`plus`, `minus`), or anything is (`nan` too); None where all must be finite."""
    largest = accuracy.output.largest
    # The result and its error are at most the sum of magnitudes after its largest growth.
    nothing_is_near = limits.largest_sum + float(limits.error.max(initial=0.0)) < min(
        largest, accuracy.accumulator.largest
    )
    if nothing_is_near and accuracy.input is None:
        return None
    reach = np.abs(high) + limits.error
    free = ~fixed & ~(limits.size * (1 + limits.growth) < accuracy.accumulator.largest)
    if accuracy.input is not None:
        free |= _meets_beyond(operands, accuracy.input.largest)
    too_large = np.maximum(reach, limits.before_bias) >= largest
    if not (free.any() or too_large.any()):
        return None
    if accuracy.neighbours == 2:
        free |= limits.before_bias >= largest
    # An infinity has the sign of whatever overflows: the result, or the sum before the bias.
    before = found.high
    first = limits.before_bias >= largest
    with np.errstate(invalid="ignore"):  # an infinite bound allows anything
        plus = free | (~fixed & ((high + limits.error >= largest) | (first & (before > 0))))
        minus = free | (~fixed & ((high - limits.error <= -largest) | (first & (before < 0))))
    return Exceptions(nan=free, plus=plus, minus=minus, finite=np.ones_like(free))


def _meets_beyond(operands: Operands, limit: float) -> Mask:
    """Where a window meets a factor that a narrower input format cannot hold.

    A weight that becomes infinite meets all windows, since a zero of the padding times infinity may be NaN.
    """
    x, w = np.abs(operands.input) > limit, np.abs(operands.weight) > limit
    met: Mask = w.any(axis=(1, 2, 3)).reshape(-1, 1, 1)
    return met | (operands.meet(x.astype(np.float64), np.ones_like(operands.weight)) > 0) if x.any() else met


def is_integral(operands: Operands, accuracy: AccuracyClass) -> bool:
    """Whether all data are integers that reach the products unchanged."""
    arrays = (operands.input, operands.weight, operands.bias)
    if not all(bool((array == np.rint(array)).all()) for array in arrays):
        return False
    return max(_largest(operands.input), _largest(operands.weight)) <= 2.0**accuracy.kept_bits


def _largest_sum(operands: Operands) -> float:
    """An upper bound on the sum of magnitudes of any output element: exact, or too large to matter."""
    products = operands.weight[0].size
    return float(products * _largest(operands.input) * _largest(operands.weight) + _largest(operands.bias))


def _largest(array: Floats) -> float:
    return 0.0 if array.size == 0 else float(max(array.max(), -array.min()))


def _has_subnormals(operands: Operands, accuracy: AccuracyClass) -> bool:
    arrays = (operands.input, operands.weight, operands.bias)
    return any(bool(((array != 0) & (np.abs(array) < accuracy.output.normal)).any()) for array in arrays)


def _two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """The rounded sum of a and b, and the error of that rounding (Knuth), 0 where the sum is infinite."""
    if not b.any():
        return a, np.zeros_like(a)
    with np.errstate(over="ignore", invalid="ignore"):
        total = a + b
        part = total - a
        rest = b - part
        np.subtract(total, part, out=part)
        rest += np.subtract(a, part, out=part)
    if not np.isfinite(total.sum()):  # not finite where any element is not
        rest[~np.isfinite(total)] = 0.0
    return total, rest
