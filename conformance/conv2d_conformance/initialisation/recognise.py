"""Name the law that was drawn instead: the formulas and laws that people confuse with the right one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from conv2d_conformance.cases.layer_case import LayerCase
from conv2d_conformance.contract.arrays import Floats
from conv2d_conformance.initialisation.marginal import radius
from conv2d_conformance.initialisation.sample import Sample

CONFIDENCE = 1e-6
"""A law is dismissed where a sample of it would be this far away with no more than this probability."""

FEWEST = 64
"""The fewest elements from which a law is recognised."""

POINTS = 4096
"""Where two distribution functions are compared. A choice: more points see narrower differences, and take longer."""

IMMENSE = 1e100
"""Elements from here on are left out. A choice, far beyond every law that has a name and far from overflow."""

TRUNCATED_BY_TWO = 0.87962566103423978
"""The standard deviation of a normal variable truncated at twice its own, by which JAX and TensorFlow divide."""

Range = Callable[[LayerCase], float]


def _fan_out(case: LayerCase) -> int:
    """The fan-out as PyTorch and Keras count it: the first axis of the weight times the area, whatever the groups."""
    return case.M * case.area


def _channels(case: LayerCase) -> int:
    return case.C // case.groups


@dataclass(frozen=True)
class OfGroups:
    """A formula that coincides with another one where there are no groups."""

    formula: Range

    def __call__(self, case: LayerCase) -> float:
        return self.formula(case)


FORMULAS: dict[str, Range] = {
    "your range is sqrt(6 / fan_in): He (Kaiming) uniform with the gain of ReLU": lambda c: math.sqrt(6 / c.fan_in),
    "your range is sqrt(3 / fan_in): LeCun uniform, gain 1": lambda c: math.sqrt(3 / c.fan_in),
    "your range is sqrt(6 / (fan_in + fan_out)): Glorot uniform": lambda c: math.sqrt(6 / (c.fan_in + _fan_out(c))),
    "your range is sqrt(6 / (fan_in + fan_out / groups)): Glorot uniform": OfGroups(
        lambda c: math.sqrt(6 / (c.fan_in + _fan_out(c) / c.groups))
    ),
    "groups were ignored: fan_in counts all input channels": OfGroups(lambda c: math.sqrt(1 / (c.C * c.area))),
    "groups were counted twice: fan_in is divided by them once too often": OfGroups(
        lambda c: math.sqrt(c.groups / c.fan_in)
    ),
    "your range is 1 / sqrt(fan_out): output channels in place of input channels": lambda c: math.sqrt(1 / _fan_out(c)),
    "your range is 1 / sqrt(fan_out / groups): output channels in place of input channels": OfGroups(
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
    "your range is 0.05: Keras's RandomUniform": lambda _: 0.05,
    "your range is 1: nothing was scaled": lambda _: 1.0,
}
"""Wrong formulas for sqrt(k), each with the range that it gives."""

OF_GROUPS = tuple(sentence for sentence, formula in FORMULAS.items() if isinstance(formula, OfGroups))


def other_laws(case: LayerCase) -> dict[str, Any]:
    """The laws of w / sqrt(k) that are known by name and not uniform around zero."""
    root = math.sqrt(case.fan_in)
    laws = {
        "your range is 0 to sqrt(k): one side of the distribution is missing": stats.uniform(0, 1),
        "your elements are triangular: the mean of two uniform numbers": stats.triang(0.5, -1, 2),
        "your elements follow Beta(2, 2)": stats.beta(2, 2, -1, 2),
    }
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
        laws[f"your elements are normal with the standard deviation {words}"] = stats.norm(0, sd)
        truncated = f"your elements are normal, truncated at twice the standard deviation {words}"
        laws[truncated] = stats.truncnorm(-2, 2, 0, sd)
        laws[f"{truncated}, corrected as JAX and TensorFlow do"] = stats.truncnorm(-2, 2, 0, sd / TRUNCATED_BY_TWO)
    for words, sd in {"sqrt(k) / 2": 0.5, "sqrt(k / 3)": math.sqrt(1 / 3), "sqrt(k)": 1.0, "2 sqrt(k)": 2.0}.items():
        law = stats.truncnorm(-1 / sd, 1 / sd, 0, sd)
        laws[f"your elements are normal with the standard deviation {words}, truncated to the range"] = law
    return laws


def wrong_ranges(case: LayerCase) -> dict[str, float]:
    """The formulas that differ from the right one for this layer, with their ranges in multiples of sqrt(k)."""
    ranges = {sentence: formula(case) * math.sqrt(case.fan_in) for sentence, formula in FORMULAS.items()}
    grouped = case.groups > 1
    return {
        sentence: r for sentence, r in ranges.items() if abs(r - 1) > 1e-9 and (grouped or sentence not in OF_GROUPS)
    }


def recognise(case: LayerCase, sample: Sample) -> str:
    """What the sample looks like, in one sentence; empty where it looks right, or like no known law."""
    x = np.sort(sample.values[np.abs(sample.values) < IMMENSE])
    if x.size < FEWEST:
        return ""
    if x[0] == x[-1]:
        return f"every element is {x[0] * sample.law.bound + 0.0:.6g}"
    n, slack = x.size, sample.law.slack
    allowed = radius(n, CONFIDENCE) + slack / 2
    reach = max(-x[0], x[-1])
    if _distance(x, stats.uniform(-reach, 2 * reach)) <= allowed:
        return _name_of_range(case, sample, float(reach), tolerance=-math.log(CONFIDENCE) / n + slack)
    found = [(_distance(x, law), sentence) for sentence, law in other_laws(case).items()]
    nearest, sentence = min(found)
    return sentence if nearest <= allowed else ""


def _name_of_range(case: LayerCase, sample: Sample, reach: float, tolerance: float) -> str:
    """The largest of n uniform numbers falls short of the bound by a share of 14 / n once in a million times."""
    if 1 - tolerance <= reach <= sample.law.limit:
        return ""
    named = [s for s, r in wrong_ranges(case).items() if 1 - tolerance <= reach / r <= 1 + sample.law.slack]
    if named:
        return " (or: ".join(named[:2]) + ")" * (len(named) > 1)
    return f"your elements are uniform, and their range is {reach:.4g} times the right one"


def _distance(ordered: Floats, law: Any) -> float:
    """The distance of two distribution functions, seen at enough points to tell them apart."""
    points = np.linspace(ordered[0], ordered[-1], POINTS)
    empirical = np.searchsorted(ordered, points, side="right") / ordered.size
    return float(np.abs(empirical - law.cdf(points)).max())
