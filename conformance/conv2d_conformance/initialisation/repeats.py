"""Repeated values: random numbers with too few bits, copied blocks, streams that are used twice."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Floats
from conv2d_conformance.initialisation.sample import PValue, Sample, poisson_tail


def duplicates(sample: Sample) -> PValue:
    """Repeated magnitudes, so that a block with its signs changed counts as a copy too.

    Element j has the magnitude of an earlier one with probability 2 (j - 1) q at most, q the largest atom, whatever
    came before. So n minus the number of distinct ones is dominated by a Poisson variable of mean q n (n - 1).
    """
    n = sample.n
    count = n - _distinct(np.abs(sample.values)).size
    p = poisson_tail(count, sample.law.atom * n * (n - 1))
    return PValue("duplicates", p, f"{count} of {n} elements have the magnitude of an earlier one")


def shared(what: str, given: Floats, sample: Sample) -> PValue:
    """Given the set of the other's values, each element is in it with probability |set| q at most."""
    others = _distinct(given)
    count = np.intersect1d(others, _distinct(sample.values), assume_unique=True).size
    p = poisson_tail(count, others.size * sample.n * sample.law.atom)
    return PValue(what, p, f"{count} of {sample.n} values are among those of the other")


def _distinct(values: Floats) -> Floats:
    distinct: Floats = np.unique(values)
    return distinct
