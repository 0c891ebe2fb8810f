"""Name what was drawn instead: the formulas and laws that are taken for the right one, and how to tell them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy import stats

from conv2d_conformance.initialisation.case import LayerCase
from conv2d_conformance.initialisation.marginal import radius
from conv2d_conformance.initialisation.sample import Sample, Values

CONFIDENCE = 1e-6
"""A candidate is dismissed where the sample would be farther away from it by chance with this probability alone."""

TRUNCATED_BY_TWO = 0.87962566103423978
"""The standard deviation of a normal variable truncated at twice its own, by which JAX and TensorFlow divide."""

Range = Callable[[LayerCase], float]


def _fan_out(case: LayerCase) -> int:
    """As PyTorch and Keras count it: the first axis of the weight times the area, whatever the groups."""
    return case.M * case.area


def _channels(case: LayerCase) -> int:
    return case.C // case.groups


FORMULAS: dict[str, Range] = {
    "your range is sqrt(6 / fan_in): He (Kaiming) uniform with the gain of ReLU": lambda c: math.sqrt(6 / c.fan_in),
    "your range is sqrt(3 / fan_in): LeCun uniform, gain 1": lambda c: math.sqrt(3 / c.fan_in),
    "your range is sqrt(6 / (fan_in + fan_out)): Glorot uniform": lambda c: math.sqrt(6 / (c.fan_in + _fan_out(c))),
    "your range is sqrt(6 / (fan_in + fan_out / groups)): Glorot uniform": (
        lambda c: math.sqrt(6 / (c.fan_in + _fan_out(c) / c.groups))
    ),
    "groups were ignored: fan_in counts all input channels": lambda c: math.sqrt(1 / (c.C * c.area)),
    "groups were counted twice: fan_in is divided by them once too often": lambda c: math.sqrt(c.groups / c.fan_in),
    "your range is 1 / sqrt(fan_out): output channels in place of input channels": lambda c: math.sqrt(1 / _fan_out(c)),
    "your range is 1 / sqrt(fan_out / groups): output channels in place of input channels": (
        lambda c: math.sqrt(c.groups / _fan_out(c))
    ),
    "the kernel was ignored: fan_in counts channels alone": lambda c: math.sqrt(1 / _channels(c)),
    "the channels were ignored: fan_in counts the kernel alone": lambda c: math.sqrt(1 / c.area),
    "fan_in takes the kernel for a square of its width": lambda c: math.sqrt(1 / _channels(c)) / c.kernel_size[1],
    "fan_in takes the kernel for a square of its height": lambda c: math.sqrt(1 / _channels(c)) / c.kernel_size[0],
    "fan_in counts the kernel's height alone": lambda c: math.sqrt(1 / (_channels(c) * c.kernel_size[0])),
    "fan_in counts the kernel's width alone": lambda c: math.sqrt(1 / (_channels(c) * c.kernel_size[1])),
    "your range is sqrt(k / 3): the standard deviation in place of the bound": lambda c: math.sqrt(1 / (3 * c.fan_in)),
    "your range is k: the square root is missing": lambda c: 1 / c.fan_in,
    "your range is 0.05: Keras's RandomUniform": lambda c: 0.05,
    "your range is 1: nothing was scaled": lambda c: 1.0,
}
"""Wrong formulas for sqrt(k), each with the range that it gives."""

OF_GROUPS = tuple(sentence for sentence in FORMULAS if "groups" in sentence)
"""Those that are no different from another without groups."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A law that may have been drawn from, of w / sqrt(k)."""

    sentence: str
    cdf: Callable[[Values], Values]


def candidates(case: LayerCase) -> Iterator[Candidate]:
    """Every wrong law that is known by name."""
    root = math.sqrt(case.fan_in)
    for sentence, range_of in FORMULAS.items():
        r = range_of(case) * root
        if abs(r - 1) > 1e-9 and not (sentence in OF_GROUPS and case.groups == 1):
            yield Candidate(sentence, stats.uniform(-r, 2 * r).cdf)
    yield Candidate("your range is 0 to sqrt(k): one side of the distribution is missing", stats.uniform(0, 1).cdf)
    yield Candidate("your elements are triangular: the mean of two uniform numbers", stats.triang(0.5, -1, 2).cdf)
    deviations = {
        "sqrt(1 / fan_in): LeCun normal": 1.0,
        "sqrt(2 / fan_in): He (Kaiming) normal": math.sqrt(2),
        "sqrt(2 / (fan_in + fan_out)): Glorot normal": root * math.sqrt(2 / (case.fan_in + _fan_out(case))),
        "sqrt(k / 3): the right variance, the wrong distribution": math.sqrt(1 / 3),
        "0.01": 0.01 * root,
        "0.02": 0.02 * root,
        "0.05": 0.05 * root,
        "1": root,
    }
    for words, sd in deviations.items():
        yield Candidate(f"your elements are normal with the standard deviation {words}", stats.norm(0, sd).cdf)
        for scale, divided in ((sd, ""), (sd / TRUNCATED_BY_TWO, ", corrected as JAX and TensorFlow do")):
            yield Candidate(
                f"your elements are normal, truncated at twice the standard deviation {words}{divided}",
                stats.truncnorm(-2, 2, 0, scale).cdf,
            )
    for words, sd in (("sqrt(k) / 2", 0.5), ("sqrt(k / 3)", math.sqrt(1 / 3)), ("sqrt(k)", 1.0), ("2 sqrt(k)", 2.0)):
        yield Candidate(
            f"your elements are normal with the standard deviation {words}, truncated to +-sqrt(k)",
            stats.truncnorm(-1 / sd, 1 / sd, 0, sd).cdf,
        )


def recognise(case: LayerCase, sample: Sample) -> str:
    """What the sample looks like, in one sentence; empty where it is like nothing known."""
    x = np.sort(sample.values[np.isfinite(sample.values)])
    n = x.size
    if n == 0:
        return "no element is finite"
    if x[0] == x[-1]:
        return f"every element is {x[0] * sample.law.bound:.6g}"
    allowed = radius(n, CONFIDENCE) + sample.law.slack / 2
    found = sorted((_distance(x, candidate.cdf), candidate.sentence) for candidate in candidates(case))
    nearest, sentence = found[0]
    reach = max(-x[0], x[-1])
    as_uniform = _distance(x, stats.uniform(-reach, 2 * reach).cdf)
    if nearest <= allowed:
        return _and_others(sentence, [other for d, other in found[1:] if d == nearest])
    if as_uniform <= allowed and abs(reach - 1) > 30 / n + sample.law.slack:
        return f"your elements are uniform, with a range {reach:.4g} times too wide" if reach > 1 else (
            f"your elements are uniform, with {reach:.4g} of the range that is required"
        )
    return ""


def _and_others(sentence: str, others: list[str]) -> str:
    return " (or: ".join([sentence, *others[:1]]) + ")" * bool(others)


def _distance(ordered: Values, cdf: Callable[[Values], Values]) -> float:
    law = cdf(ordered)
    steps = np.arange(ordered.size + 1) / ordered.size
    return float(max((steps[1:] - law).max(), (law - steps[:-1]).max()))
