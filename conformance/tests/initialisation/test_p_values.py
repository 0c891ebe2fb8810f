"""P-values are valid: under the null hypothesis, p <= t happens with probability t at most. By counting, not sampling.

The grid has M equidistant points, in the middle of cells of [-1, 1]: |Y - X| <= 1 / M, and each is 1 / M probable.
"""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.initialisation import dependence, marginal, repeats
from conv2d_conformance.initialisation.law import LayerLaw
from conv2d_conformance.initialisation.sample import BOUNDED, UNIFORM, Sample, poisson_tail, tail


def grid(M: int) -> Array:
    return (2 * np.arange(M) + 1) / M - 1


def law(M: int) -> LayerLaw:
    return LayerLaw(bound=1.0, limit=1.0, slack=1 / M, atom=1 / M)


def sample(values: Array | tuple[float, ...], M: int) -> Sample:
    return Sample("weight", np.asarray(values, dtype=float), law(M))


TESTS = {
    "support": marginal.support,
    "absolute maximum": marginal.absolute_maximum,
    "maximum": marginal.largest,
    "minimum": marginal.smallest,
    "mean": marginal.mean,
    "second moment": marginal.second_moment,
    "sign": marginal.sign,
    "distribution": marginal.distance,
    "zeros": marginal.zeros,
    "lag 1": lambda x: dependence.autocorrelation(x, 1),
    "pairs": dependence.cells,
    "duplicates": repeats.duplicates,
}


@pytest.mark.parametrize("name", TESTS)
@pytest.mark.parametrize(("n", "M"), [(2, 40), (3, 13), (4, 7), (6, 4), (9, 2)])
def test_all_samples_of_a_small_grid(name: str, n: int, M: int) -> None:
    """Every sample is equally probable, so that probabilities are counts."""
    p = sorted(TESTS[name](sample(values, M)).p for values in itertools.product(grid(M), repeat=n))
    assert p[0] >= 0
    assert p[-1] <= 1
    for count, value in enumerate(p, 1):
        if count == len(p) or p[count] > value:
            assert Fraction(count, len(p)) <= Fraction(value) * (1 + Fraction(1, 10**9)), (count, value)


def distribution_of_sum(values: range, n: int) -> Array:
    """The exact distribution of a sum of n independent values on an integer grid: {sum: probability}."""
    unit = np.zeros(max(values) + 1)
    for value in values:
        unit[value] += 1 / len(values)
    total = np.array([1.0])
    for _ in range(n):
        total = np.convolve(total, unit)
    return total


@pytest.mark.parametrize("n", [5, 40, 400])
def test_the_mean_of_many(n: int) -> None:
    """Against the exact distribution of the sum, deep into the tails, without any slack: the grid is fine."""
    M = 64
    total = distribution_of_sum(range(M), n)
    centre = n * (M - 1) / 2
    for distance in range(0, n * (M - 1) // 2, max(1, n // 5)):
        mean = distance / n * 2 / M
        exact = total[np.abs(np.arange(total.size) - centre) >= distance].sum()
        one = sample(np.full(n, mean), M)  # any sample of this mean: the tests see no more of it
        for finding in (marginal.mean(one), dependence.correlation("", np.full(n, -3.0), one)):
            assert exact <= finding.p * (1 + 1e-9) + 1e-15


def test_the_variance_proxy_of_a_uniform_variable_is_its_variance() -> None:
    """E exp(t X) = sinh(t) / t <= exp(t^2 / 6), and no smaller proxy will do."""
    t = np.linspace(1e-3, 40, 10_000)
    assert (np.log(np.sinh(t) / t) <= t**2 * UNIFORM / 2 * (1 + 1e-12)).all()
    assert math.log(math.sinh(0.01) / 0.01) > 0.01**2 * 0.99 * UNIFORM / 2


@pytest.mark.parametrize("n", [1, 10, 100, 1000])
def test_a_share_against_the_binomial_distribution(n: int) -> None:
    for share in (0.5, 1 / 3):
        for count in range(n + 1):
            distance = abs(count / n - share)
            high = stats.binom.sf(math.ceil(n * (share + distance) - 1e-9) - 1, n, share)
            low = stats.binom.cdf(math.floor(n * (share - distance) + 1e-9), n, share)
            assert min(1, high + low) <= tail(n, distance, BOUNDED) * (1 + 1e-9) + 1e-15


@pytest.mark.parametrize(("n", "M"), [(20, 50), (60, 400), (200, 1000)])
def test_duplicates_against_their_exact_distribution(n: int, M: int) -> None:
    """The number of distinct values, draw by draw: a new one comes with probability 1 - distinct / M."""
    distinct = np.zeros(n + 1)
    distinct[0] = 1
    for _ in range(n):
        moved = distinct * (1 - np.arange(n + 1) / M)
        distinct = distinct * np.arange(n + 1) / M
        distinct[1:] += moved[:-1]
    for count in range(n):
        exact = distinct[: n - count + 1].sum()  # at least so many repeat
        assert exact <= poisson_tail(count, n * (n - 1) / 2 / M) * (1 + 1e-9) + 1e-15


@pytest.mark.parametrize(("n", "q"), [(50, 0.01), (1000, 0.001), (1000, 0.2)])
def test_rare_events_against_the_binomial_distribution(n: int, q: float) -> None:
    for count in range(n + 1):
        assert stats.binom.sf(count - 1, n, q) <= poisson_tail(count, n * q) * (1 + 1e-9) + 1e-15


def test_correlation_with_given_numbers() -> None:
    """All samples of a small grid, against numbers of any size."""
    M, given = 9, np.array([5.0, -4.0, 5.0, 3.0])
    samples = [sample(values, M) for values in itertools.product(grid(M), repeat=4)]
    p = sorted(dependence.correlation("", given, one).p for one in samples)
    assert p[0] < 0.2
    for count, value in enumerate(p, 1):
        assert count / len(p) <= value * (1 + 1e-9) or (count < len(p) and p[count] == value)


def test_shared_values_of_a_small_grid() -> None:
    M, given = 24, grid(24)[:2]
    p = sorted(repeats.shared("", given, sample(values, M)).p for values in itertools.product(grid(M), repeat=3))
    assert p[0] < 0.5
    for count, value in enumerate(p, 1):
        assert count / len(p) <= value * (1 + 1e-9) or (count < len(p) and p[count] == value)
