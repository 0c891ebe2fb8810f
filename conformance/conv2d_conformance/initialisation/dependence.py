"""Elements are independent: products of pairs have the mean 0, and pairs fill the square evenly."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from conv2d_conformance.cases.layer_case import LayerCase
from conv2d_conformance.contract.arrays import Floats
from conv2d_conformance.initialisation.sample import UNIFORM, PValue, Sample, tail

CELLS = 4


def lags(case: LayerCase) -> list[int]:
    """Distances at which a layer could repeat itself: small ones, a row, a plane, a filter, and multiples of them."""
    KW, area, fan_in = case.kernel_size[1], case.area, case.fan_in
    return sorted({1, 2, 3, 4, 7, 8, 16, 32, 64, KW, area, 2 * area, fan_in, 2 * fan_in})


def autocorrelation(sample: Sample, lag: int) -> PValue:
    """The sum of X_i X_(i + lag) is a martingale with terms of proxy 1/3; |x_i x_j - X_i X_j| <= s (2 + s).

    Given the past, a term is a uniform variable times a number of magnitude 1 at most (Azuma's argument).
    """
    x, s = sample.values, sample.law.slack
    mean = float(np.dot(x[:-lag], x[lag:])) / (sample.n - lag)
    p = tail(sample.n - lag, abs(mean) - s * (2 + s), UNIFORM)
    return PValue(f"lag {lag}", p, f"elements {lag} apart have the correlation {3 * mean:.4g}")


def correlation(what: str, given: Floats, sample: Sample) -> PValue:
    """Given a_i, whatever they are, the sum of a_i X_i is sub-Gaussian with proxy |a|^2 / 3; x moves it by s |a|_1."""
    norm = float(np.dot(given, given))
    product = float(np.dot(given, sample.values))
    if norm == 0:
        return PValue(what, 1.0, "there is nothing to correlate with")
    distance = max(0.0, abs(product) - sample.law.slack * float(np.abs(given).sum()))
    p = min(1.0, 2 * math.exp(-(distance**2) / (2 * UNIFORM * norm)))
    return PValue(what, p, f"the correlation is {product / math.sqrt(norm * sample.n * UNIFORM):.4g}")


def cells(sample: Sample) -> PValue:
    """The square of neighbours in 4 x 4 cells: each count is binomial, P <= exp(-m KL(share || q)) (Chernoff).

    A pair in a cell of x has its X in the cell enlarged by s on all sides, and the other way round.
    """
    from scipy.special import rel_entr  # late: slow to load, and few profiles need it

    m = sample.n // 2
    pairs = sample.values[: 2 * m].reshape(m, 2)
    column, row = np.clip(((pairs + 1) * (CELLS / 2)).astype(np.intp), 0, CELLS - 1).T
    shares = np.bincount(row * CELLS + column, minlength=CELLS**2) / m
    s = sample.law.slack
    high, low = (1 / CELLS + s) ** 2, max(0.0, 1 / CELLS - s) ** 2
    nearest = np.clip(shares, low, high)
    divergence = rel_entr(shares, nearest) + rel_entr(1 - shares, 1 - nearest)
    p = min(1.0, 2 * CELLS**2 * math.exp(-m * float(divergence.max())))
    worst = float(shares[divergence.argmax()])
    return PValue("pairs", p, f"one of the 16 equal squares holds {100 * worst:.4g} % of the pairs of neighbours")


def autocorrelations(case: LayerCase, sample: Sample) -> Iterator[PValue]:
    """The test at every lag at which the sample has enough pairs."""
    for lag in lags(case):
        if lag < sample.n // 2:
            yield autocorrelation(sample, lag)
