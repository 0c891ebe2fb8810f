"""A right initialiser raises no alarm, and a wrong one is found by the promised number of elements."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from conv2d_conformance.cases.layer_case import LayerCase
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.initialisation.battery_power import STATISTICAL, certificate, find, latest
from conv2d_conformance.initialisation.ideal import adapter
from conv2d_conformance.initialisation.stream import expected_of
from conv2d_conformance.mutants import Mutant, initialisers

MUTANTS = [value for value in vars(initialisers).values() if isinstance(value, Mutant)]


def as_pytorch_draws(
    in_channels: int,
    out_channels: int,
    kernel_size: tuple[int, int],
    *,
    groups: int = 1,
    bias: bool = True,
    dtype: str = "float32",
    seed: int = 0,
) -> tuple[Array, Array | None]:
    case = LayerCase(C=in_channels, M=out_channels, kernel=kernel_size, groups=groups, bias=bias, dtype=dtype)
    return expected_of(case, seed)


@pytest.mark.parametrize("initialize", [adapter.initialize, as_pytorch_draws])
@pytest.mark.parametrize("dtype", DTYPES)
def test_no_false_alarm(initialize: Callable[..., Any], dtype: str) -> None:
    """And p-values of a hundredth or less are not more frequent than that."""
    implementation = InProcess(replace(adapter, initialize=initialize))
    claims = replace(adapter.capabilities, dtypes=frozenset({dtype}))
    made = [certificate(implementation, claims, seed=seed, effort="quick") for seed in range(3)]
    assert [one.alarms for one in made] == [()] * 3
    assert sum(one.below_one_per_cent for one in made) <= 0.02 * sum(one.tests for one in made)
    assert min(one.smallest for one in made) > 1e-6


def test_no_false_alarm_with_a_million_elements() -> None:
    claims = replace(adapter.capabilities, dtypes=frozenset({"float32"}))
    assert certificate(InProcess(adapter), claims, seed=0, effort="standard").alarms == ()


PROMISED = {
    "range_one_per_cent_too_wide": 2**16,
    "range_one_per_cent_too_narrow": 2**16,
    "truncated_normal": 2**16,  # the distance is 0.031
    "range_one_per_mille_too_wide": 2**20,
    "range_one_per_mille_too_narrow": 2**20,
    "truncated_normal_wide": 2**20,  # 0.008
    "slightly_rounded": 2**20,  # 0.007
}


@pytest.mark.parametrize("name", PROMISED)
def test_the_promised_power(name: str) -> None:
    mutant = next(mutant for mutant in MUTANTS if mutant.name == name)
    implementation = InProcess(mutant.adapter)
    requirement = mutant.breaks.partition(".")[2]
    found = latest(find(implementation, mutant.adapter.capabilities, requirement, seed=seed) for seed in range(2))
    assert found is not None
    assert found.elements <= 1.2 * PROMISED[name]


def test_gross_errors_end_at_the_first_stage() -> None:
    for name in ("bound_is_a_standard_deviation", "one_sided", "triangular", "bias_of_zeros"):
        mutant = next(mutant for mutant in MUTANTS if mutant.name == name)
        requirement = mutant.breaks.partition(".")[2]
        found = find(InProcess(mutant.adapter), mutant.adapter.capabilities, requirement, seed=0)
        assert found is not None
        assert found.stage == 0
        assert found.elements < 5000


def test_a_right_initialiser_is_not_found() -> None:
    claims = replace(adapter.capabilities, dtypes=frozenset({"float32"}))
    assert find(InProcess(adapter), claims, "fan-in", seed=0) is None
    assert latest([None]) is None
    assert {mutant.breaks.partition(".")[2] for mutant in MUTANTS} >= set(STATISTICAL)
