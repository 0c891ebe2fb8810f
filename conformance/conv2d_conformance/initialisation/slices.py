"""The law holds in every filter, every channel and every place of the kernel, not just over all.

Each slice is a smaller sample of the same law; the smallest of m p-values, times m, is a p-value (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from conv2d_conformance.cases.layer_case import LayerCase
from conv2d_conformance.contract.arrays import Floats
from conv2d_conformance.initialisation.law import layer_law
from conv2d_conformance.initialisation.sample import UNIFORM, Parameters, PValue

AXES = {"filter": (0, 1), "input channel": (2,), "kernel row": (3,), "kernel column": (4,), "kernel place": (3, 4)}
"""The axes that each kind of slice keeps, of (layer, M, C // groups, KH, KW)."""


def slices(case: LayerCase, layers: Sequence[Parameters]) -> Iterator[PValue]:
    """Absolute maximum and mean of every slice of the weight."""
    from scipy.special import xlogy  # late: slow to load, and few profiles need it

    law = layer_law(case)
    pooled = np.stack([layer.weight for layer in layers]) / law.bound
    for name, kept in AXES.items():
        summed = tuple(axis for axis in range(pooled.ndim) if axis not in kept)
        count, size = _sizes(pooled, kept)
        reach = np.abs(pooled).max(axis=summed)
        log_p = xlogy(size, np.minimum(1.0, reach + law.slack))
        p = min(1.0, count * float(np.exp(log_p.min())))
        yield PValue(f"absolute maximum of each {name}", p, f"in one {name} the largest is {reach.min():.4g} sqrt(k)")
        means = np.abs(pooled.mean(axis=summed))
        exponent = -size * max(0.0, float(means.max()) - law.slack) ** 2 / (2 * UNIFORM)
        p = min(1.0, 2 * count * float(np.exp(exponent)))
        yield PValue(f"mean of each {name}", p, f"in one {name} the mean is {means.max():.4g} sqrt(k) from 0")


def _sizes(pooled: Floats, kept: tuple[int, ...]) -> tuple[int, int]:
    """The number of slices, and the elements of each."""
    count = int(np.prod([pooled.shape[axis] for axis in kept]))
    return count, pooled.size // count
