"""The law of single elements: their range and their distribution.

X and s are those of the null hypothesis in `law`; x is the sample, in multiples of sqrt(k), and n its size.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from conv2d_conformance.initialisation.sample import BOUNDED, UNIFORM, PValue, Sample, poisson_tail, tail


def marginal(sample: Sample) -> Iterator[PValue]:
    """All tests of single elements."""
    yield from scale(sample)
    if support(sample).p == 0:
        return  # the failure is certain, and infinities would spoil the other tests
    yield largest(sample)
    yield smallest(sample)
    yield mean(sample)
    yield sign(sample)
    yield distance(sample)
    yield zeros(sample)


def scale(sample: Sample) -> Iterator[PValue]:
    """The tests that a wrong scale fails first."""
    within = support(sample)
    yield within
    if within.p > 0:
        yield absolute_maximum(sample)
        yield second_moment(sample)


def support(sample: Sample) -> PValue:
    """No element lies beyond the bound, except for its rounding: p = 0 where one does, else 1."""
    outside = ~(np.abs(sample.values) <= sample.law.limit)
    if not outside.any():
        return PValue("support", 1.0, "every element is within the bound")
    x = float(sample.values[outside][0])
    return PValue("support", 0.0, f"{int(outside.sum())} of {sample.n} elements lie beyond sqrt(k), as {x:.4g} sqrt(k)")


def absolute_maximum(sample: Sample) -> PValue:
    """max|x| <= t only if every |X_i| <= t + s: P = (t + s)^n."""
    t = float(np.abs(sample.values).max())
    return PValue(
        "absolute maximum", min(1.0, t + sample.law.slack) ** sample.n, f"the largest magnitude is {t:.6g} sqrt(k)"
    )


def largest(sample: Sample) -> PValue:
    """Max x <= t only if every X_i <= t + s: P = ((1 + t + s) / 2)^n."""
    t = float(sample.values.max())
    return PValue("maximum", _reach(t, sample), f"the largest element is {t:.6g} sqrt(k)")


def smallest(sample: Sample) -> PValue:
    """As for the maximum, of -x."""
    t = float(sample.values.min())
    return PValue("minimum", _reach(-t, sample), f"the smallest element is {t:.6g} sqrt(k)")


def _reach(t: float, sample: Sample) -> float:
    return min(1.0, max(0.0, (1 + t + sample.law.slack) / 2)) ** sample.n


def mean(sample: Sample) -> PValue:
    """The mean of X is sub-Gaussian with proxy 1/3, and that of x differs from it by s at most."""
    m = float(sample.values.mean())
    return PValue("mean", tail(sample.n, abs(m) - sample.law.slack, UNIFORM), f"the mean is {m:.4g} sqrt(k)")


def second_moment(sample: Sample) -> PValue:
    """X^2 lies in [0, 1] and has the mean 1/3 (Hoeffding); |x^2 - X^2| <= s (2 + s)."""
    m = float(np.square(sample.values).mean())
    s = sample.law.slack
    p = tail(sample.n, abs(m - 1 / 3) - s * (2 + s), BOUNDED)
    return PValue("second moment", p, f"the mean square is {m:.5g} k in place of k / 3")


def sign(sample: Sample) -> PValue:
    """X > s makes x positive and X <= -s does not, so that s / 2 is the slack of the share (Hoeffding)."""
    share = np.count_nonzero(sample.values > 0) / sample.n
    p = tail(sample.n, abs(share - 0.5) - sample.law.slack / 2, BOUNDED)
    return PValue("sign", p, f"{100 * share:.4g} % of the elements are positive")


def distance(sample: Sample) -> PValue:
    """P(sup|F_n - F| >= d) <= 2 exp(-2 n d^2) (Dvoretzky, Kiefer, Wolfowitz; constant by Massart 1990).

    The empirical distribution of x at t lies between those of X at t - s and t + s, where F moves by s / 2.
    """
    d = supremum(np.sort(sample.values), (-1.0, 1.0))
    p = tail(sample.n, d - sample.law.slack / 2, BOUNDED)
    return PValue("distribution", p, f"the empirical distribution is {d:.4g} away from the uniform one")


def supremum(ordered: np.ndarray, ends: tuple[float, float]) -> float:
    """The largest distance between the empirical distribution of sorted values and the uniform one between the ends."""
    n = len(ordered)
    law = np.clip((ordered - ends[0]) / (ends[1] - ends[0]), 0.0, 1.0)
    steps = np.arange(n + 1) / n
    return float(max((steps[1:] - law).max(), (law - steps[:-1]).max()))


def zeros(sample: Sample) -> PValue:
    """Each element is zero with at most the probability of an atom, so a tail of zeros was never drawn."""
    count = sample.n - int(np.count_nonzero(sample.values))
    p = poisson_tail(count, sample.n * sample.law.atom)
    return PValue("zeros", p, f"{count} of {sample.n} elements are 0")


def radius(n: int, p: float) -> float:
    """The distance at which `distance`, without slack, has this p-value."""
    return math.sqrt(math.log(2 / p) / (2 * n))
