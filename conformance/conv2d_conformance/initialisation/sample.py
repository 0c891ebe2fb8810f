"""Drawn parameters pooled over layers, and the p-values of tests on them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from conv2d_conformance.cases.layer_case import LayerCase
from conv2d_conformance.contract.arrays import Floats
from conv2d_conformance.initialisation.law import LayerLaw, layer_law


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """The parameters that one call returned, as float64, which holds every dtype exactly."""

    weight: Floats
    bias: Floats | None


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Elements of one parameter, in the order in which they were drawn, as multiples of sqrt(k)."""

    name: str
    values: Floats
    law: LayerLaw

    @property
    def n(self) -> int:
        return self.values.size


@dataclass(frozen=True, slots=True)
class PValue:
    """The result of one test. Under the null hypothesis, p is at most t with probability at most t, for every t."""

    test: str
    p: float
    seen: str


Battery = Callable[[LayerCase, Sequence[Parameters]], Iterator[PValue]]
"""The tests that are made on the layers of a question."""


def weight_of(case: LayerCase, layers: Sequence[Parameters]) -> Sample:
    """All weights, layer after layer."""
    return _pooled("weight", case, [layer.weight for layer in layers])


def bias_of(case: LayerCase, layers: Sequence[Parameters]) -> Sample | None:
    """All biases, layer after layer; None for layers without one."""
    biases = [layer.bias for layer in layers if layer.bias is not None]
    return _pooled("bias", case, biases) if biases else None


def _pooled(name: str, case: LayerCase, arrays: Sequence[Floats]) -> Sample:
    law = layer_law(case)
    with np.errstate(over="ignore", invalid="ignore"):
        return Sample(name, np.concatenate([array.ravel() for array in arrays]) / law.bound, law)


def tail(n: float, distance: float, variance: float) -> float:
    """Chernoff's bound for both tails of a sum that is sub-Gaussian with this variance proxy per term.

    P(|mean of n| >= d) <= 2 exp(-n d^2 / (2 variance)) where E exp(t Z) <= exp(t^2 variance / 2) for each centred term.
    """
    return min(1.0, 2 * math.exp(-n * max(distance, 0.0) ** 2 / (2 * variance)))


def poisson_tail(count: int, expected: float) -> float:
    """Chernoff's bound exp(x - m - x ln(x / m)) for P(count >= x), x > m, where E exp(t X) <= exp(m (e^t - 1)).

    That is so for a sum of events each of whose probabilities, given the ones before it, is at most m_j: their sum
    is m, and 1 + m_j (e^t - 1) <= exp(m_j (e^t - 1)).
    """
    if count <= expected:
        return 1.0
    return math.exp(count - expected - count * math.log(count / expected))


UNIFORM = 1 / 3
"""The variance proxy of a uniform variable on [-1, 1]: sinh(t) / t <= exp(t^2 / 6), term by term of the series."""

BOUNDED = 1 / 4
"""The variance proxy of any variable on [0, 1] (Hoeffding 1963)."""
