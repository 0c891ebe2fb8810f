"""The allowed answers for every element of every gradient.

The law of the forward convolution (`law.bound`), for the sums of `adjoints`, with two differences.

The gradient of the bias adds up single elements: no product is rounded.

R-acc16 stands for arithmetic as in A-tc, except that an element is made of `parts` partial sums, in the gradient of the
weight one for each image, in that of the input one for each tap of the kernel and each copy in the padding, which are
rounded to the 16-bit type one by one and added up in it. On the path from a product to the result lie as many
roundings of at most 2u as there are parts that are not zero: its own part's, then one for each addition of another
part; the last of them is the rounding of the result, which the bound of A-tc contains. So with k parts more than one,
every path gains a factor between (1 - 2u)^k and (1 + 2u)^k, and where the product has (1 + e), |e| <= G,
|(1 + e)(1 + d) - 1| <= G + (1 + G) ((1 + 2u)^k - 1).

Every part may also be rounded to a subnormal, and err by t, the smallest of them, which all additions after it carry.
With r = 1 + 2u, k + 1 parts make f(k + 1) t at most, where f(1) = 1 and f(P) is the largest r (f(a) + f(b)) with
a + b = P. By induction f(P) <= (P - 1) r^P + 1, for r ((P - 2) r^(P - 1) + 2) is no more, since 2 r <= 1 + r^P. The
bound of A-tc contains the 1, for the rounding of a result to a subnormal, which a sum of 16-bit numbers never needs.
Where flushing is declared, every part and every sum of parts may be lost: 2k + 1 times.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.grades import TRANSFORMS, class_names, is_wide
from conv2d_conformance.gradients.adjoints import Adjoint, adjoint_of_bias, adjoint_of_input, adjoint_of_weight
from conv2d_conformance.law.allowed import Allowed, Exceptions, exactly
from conv2d_conformance.law.bound import SLACK, Bound, bound
from conv2d_conformance.law.classes import AccuracyClass, accuracy_class
from conv2d_conformance.law.evaluate import allowed, is_integral
from conv2d_conformance.law.exact_products import with_exact_products
from conv2d_conformance.law.joined_arrays import rearranged
from conv2d_reference.arguments import Geometry
from conv2d_reference.oracle import Sums

PARTS_ROUNDED = "R-acc16"


def gradient_class(name: str, dtype: str) -> AccuracyClass:
    """The arithmetic of a class in gradients. ValueError where there is none, as for the transforms."""
    if name in TRANSFORMS:
        raise ValueError(f"gradients have no class {name}; they have {', '.join(class_names(f'{dtype}/gradients'))}")
    return replace(accuracy_class("A-tc" if name == PARTS_ROUNDED else name, dtype), name=name)


def gradient_default(dtype: str, forward: str) -> str:
    """The class of gradients without a claim, given that of the forward convolution; A if that is a transform's."""
    if not is_wide(dtype):
        return PARTS_ROUNDED
    return "A" if forward in TRANSFORMS else forward


def laws(
    g: Geometry,
    input: Array,
    weight: Array,
    bias: Array | None,
    grad_output: Array,
    accuracy: AccuracyClass,
    *,
    flushed: bool = False,
) -> tuple[Allowed, ...]:
    """The laws for the gradients of input and weight, and of the bias if there is one, in their shapes."""
    arrays = (input, weight) if bias is None else (input, weight, bias)
    x, w, gy = (array.astype(np.float64) for array in (input, weight, grad_output))
    if not all(np.isfinite(array).all() for array in (x, w, gy)):
        return tuple(_anything(array.shape) for array in arrays)
    if grad_output.size == 0:
        return tuple(exactly(np.zeros(array.shape)) for array in arrays)
    x, gy = x.reshape(-1, g.C, g.H, g.W), gy.reshape(-1, g.M, g.OH, g.OW)
    adjoints = [adjoint_of_input(g, w, gy), adjoint_of_weight(g, x, gy)]
    if bias is not None:
        adjoints.append(adjoint_of_bias(g, gy))
    return tuple(
        _shaped(law_of_adjoint(adjoint, accuracy, flushed=flushed), adjoint, array.shape)
        for adjoint, array in zip(adjoints, arrays, strict=True)
    )


def law_of_adjoint(adjoint: Adjoint, accuracy: AccuracyClass, *, flushed: bool) -> Allowed:
    """The law of one gradient of finite data, in the axes of its convolution."""
    if not adjoint.multiplies:
        accuracy = replace(accuracy, product=0.0)
    operands = adjoint.operands
    accuracy = with_exact_products(operands.input, operands.weight, accuracy)
    integral = is_integral(operands, accuracy)
    largest_sum = adjoint.largest_count * float(np.abs(operands.input).max()) * float(np.abs(operands.weight).max())
    if integral and largest_sum <= 2.0 ** min(accuracy.accumulator.precision, accuracy.output.precision):
        return exactly(operands.meet(operands.input, operands.weight))
    # Products of 24-bit numbers are exact in float64; those of float64 need the pair.
    found = adjoint.sums(exact=accuracy.accumulator.precision > 24 and not integral)
    limits = bound(found, operands, accuracy, flushed=flushed)
    if accuracy.name == PARTS_ROUNDED:
        found, limits = _with_rounded_parts(found, limits, adjoint, accuracy, flushed=flushed)
    return allowed(found, limits, operands, accuracy, integral=integral, flushed=flushed)


def _with_rounded_parts(
    found: Sums, limits: Bound, adjoint: Adjoint, accuracy: AccuracyClass, *, flushed: bool
) -> tuple[Sums, Bound]:
    """Widen the limits for rounded parts. Where one could round, the magnitude becomes infinite: nothing is exact."""
    c, own = accuracy.neighbours, accuracy.output
    more = np.maximum(np.minimum(adjoint.parts, found.terms) - 1, 0)
    growth = np.expm1(more * np.log1p(c * own.unit))
    size = limits.size * (1 + limits.growth)
    smallest = own.normal if flushed else c * 0.5 * own.tiny
    rounded_to_smallest = (2 * more + (more > 0) if flushed else more) * smallest * (1 + growth)
    extra = (growth * size + rounded_to_smallest) * (1 + c * own.unit) * (1 + SLACK)
    partial_sum = np.where(more > 0, size * (1 + growth), 0.0)
    rounds = (more > 0) & (found.magnitude > 2.0**own.precision)
    return (
        replace(found, magnitude=np.where(rounds, np.inf, found.magnitude)),
        replace(
            limits,
            error=limits.error + extra,
            size=np.where(partial_sum >= own.largest, np.inf, limits.size),
        ),
    )


def _shaped(law: Allowed, adjoint: Adjoint, shape: tuple[int, ...]) -> Allowed:
    """The law in the axes of the gradient."""
    full = law.high.shape
    return rearranged(law, lambda values: adjoint.arrange(np.broadcast_to(values, full)).reshape(shape))


def _anything(shape: tuple[int, ...]) -> Allowed:
    """Allow anything for data that are not finite: the specification says nothing about their gradients."""
    zeros, nowhere, everywhere = np.zeros(shape), np.zeros(shape, bool), np.ones(shape, bool)
    free = Exceptions(everywhere, everywhere, everywhere, everywhere)
    return Allowed(zeros, zeros, np.full(shape, np.inf), nowhere, nowhere, exceptions=free)
