"""The tests of each requirement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from conv2d_conformance.cases.layer_case import LayerCase
from conv2d_conformance.contract.arrays import Floats
from conv2d_conformance.initialisation.dependence import autocorrelations, cells, correlation
from conv2d_conformance.initialisation.marginal import distance, marginal, scale, support
from conv2d_conformance.initialisation.repeats import duplicates, shared
from conv2d_conformance.initialisation.sample import Parameters, PValue, Sample, bias_of, weight_of
from conv2d_conformance.initialisation.slices import slices
from conv2d_conformance.initialisation.stream import seed_stream

LayerSequence = Sequence[Parameters]

NOT_UNIFORM = 1e-6


def form(case: LayerCase, layers: LayerSequence) -> Iterator[PValue]:  # noqa: ARG001  # the signature of a battery
    """No tests: shapes and dtypes are checked before any battery."""
    yield PValue("form", 1.0, "shapes and dtypes are right")


def weight_support(case: LayerCase, layers: LayerSequence) -> Iterator[PValue]:
    yield support(weight_of(case, layers))


def bias_support(case: LayerCase, layers: LayerSequence) -> Iterator[PValue]:
    yield support(_bias(case, layers))


def weight_uniform(case: LayerCase, layers: LayerSequence) -> Iterator[PValue]:
    yield from marginal(weight_of(case, layers))
    if support(weight_of(case, layers)).p > 0:
        yield from slices(case, layers)


def bias_uniform(case: LayerCase, layers: LayerSequence) -> Iterator[PValue]:
    yield from marginal(_bias(case, layers))


def range_of_both(case: LayerCase, layers: LayerSequence) -> Iterator[PValue]:
    """Only the scale, of the weight and of the bias."""
    for sample in (weight_of(case, layers), bias_of(case, layers)):
        if sample is not None:
            yield from _named_after(sample.name, scale(sample))


def weight_independent(case: LayerCase, layers: LayerSequence) -> Iterator[PValue]:
    sample = _tamed(weight_of(case, layers))
    yield from _pairs(case, sample)
    yield duplicates(sample)


def bias_independent(case: LayerCase, layers: LayerSequence) -> Iterator[PValue]:
    """The bias against the parts of its weight from which it could be derived."""
    bias = _tamed(_bias(case, layers))
    filters = _tamed(weight_of(case, layers)).values.reshape(-1, case.fan_in)
    for what, given in (
        ("the first weight of each filter", filters[:, 0]),
        ("the last weight of each filter", filters[:, -1]),
        ("the mean of each filter", filters.mean(axis=1)),
        ("the first weights", filters.reshape(len(layers), -1)[:, : case.M].ravel()),
        ("the last weights", filters.reshape(len(layers), -1)[:, -case.M :].ravel()),
    ):
        yield correlation(f"bias against {what}", given, bias)
    yield shared("values of the bias in the weight", filters.ravel(), bias)
    yield from _named_after("bias", _pairs(case, bias))
    yield duplicates(bias)


def same_seed(case: LayerCase, layers: LayerSequence) -> Iterator[PValue]:
    """Layers of one seed are equal bit for bit, whatever was asked in between."""
    for (i, one), (j, other) in combinations(enumerate(layers), 2):
        if case.seeds[i] == case.seeds[j]:
            different = sum(int(np.count_nonzero(a != b)) for a, b in _common(one, other))
            words = f"{different} elements differ between two layers of the seed {case.seeds[i]}"
            yield PValue("same seed", 0.0 if different else 1.0, words)


def different_seeds(case: LayerCase, layers: LayerSequence) -> Iterator[PValue]:
    """Every pair of layers of different seeds, parameter by parameter."""
    for (i, one), (j, other) in combinations(enumerate(layers), 2):
        if case.seeds[i] == case.seeds[j]:
            continue
        seeds = f"seeds {case.seeds[i]} and {case.seeds[j]}"
        first, second = (_tamed(weight_of(case, [layer])) for layer in (one, other))
        yield correlation(f"weights of {seeds}", first.values, second)
        yield shared(f"values of the weights of {seeds}", first.values, second)
        if (a := bias_of(case, [one])) is not None and (b := bias_of(case, [other])) is not None:
            yield correlation(f"biases of {seeds}", _tamed(a).values, _tamed(b))


def everything(case: LayerCase, layers: LayerSequence) -> Iterator[PValue]:
    """All tests of a line, for a replay. A layer whose seed is repeated counts once."""
    distinct = list(dict(zip(case.seeds, layers, strict=True)).values())
    yield from _named_after("weight", weight_uniform(case, distinct))
    yield from _named_after("weight", weight_independent(case, distinct))
    if case.bias:
        yield from _named_after("bias", bias_uniform(case, distinct))
        yield from bias_independent(case, distinct)
    yield from same_seed(case, layers)
    yield from different_seeds(case, layers)


def everything_and_stream(case: LayerCase, layers: LayerSequence) -> Iterator[PValue]:
    yield from seed_stream(case, layers)
    yield from everything(case, layers)


def _bias(case: LayerCase, layers: LayerSequence) -> Sample:
    bias = bias_of(case, layers)
    assert bias is not None, "the battery is for layers with a bias"
    return bias


def _tamed(sample: Sample) -> Sample:
    """The sample clipped to the bound, so that a wrong range does not look like dependence.

    Under the null hypothesis it is the same sample.
    """
    finite = np.nan_to_num(sample.values, posinf=0.0, neginf=0.0)
    reach = float(np.abs(finite).max())
    return Sample(sample.name, finite / reach if reach > sample.law.limit else finite, sample.law)


def _pairs(case: LayerCase, sample: Sample) -> Iterator[PValue]:
    """Tests of pairs. Their squares are left out where single elements already are not uniform: fewer false alarms."""
    yield from autocorrelations(case, sample)
    if sample.n > 1 and distance(sample).p > NOT_UNIFORM:
        yield cells(sample)


def _named_after(name: str, findings: Iterator[PValue]) -> Iterator[PValue]:
    for finding in findings:
        yield PValue(f"{name}: {finding.test}", finding.p, finding.seen)


def _common(one: Parameters, other: Parameters) -> Iterator[tuple[Floats, Floats]]:
    yield one.weight, other.weight
    if one.bias is not None and other.bias is not None:
        yield one.bias, other.bias
