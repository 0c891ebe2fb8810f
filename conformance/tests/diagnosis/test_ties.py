"""Sizes that the failing case ties together: the one that matters is named, and no other that happens to fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.diagnosis import diagnose
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_reference.correlate import conv2d as right

Array = Any


def filters_repeat_in_groups(weight: Array, groups: int) -> Array:
    """Filters from 32 on repeat the first ones where there are groups."""
    return weight[np.arange(len(weight)) % 32] if groups > 1 else weight


def large_weights_end_early(weight: Array, _: int) -> Array:
    """An index of 16 bits: what lies beyond is zero."""
    flat = weight.ravel().copy()
    flat[65535:] = 0
    return flat.reshape(weight.shape)


def of_weight(change: Callable[[Array, int], Array]) -> Callable[..., Array]:
    def conv2d(input: Array, weight: Array, bias: Array = None, *, groups: int = 1, **attributes: Any) -> Array:
        return right(input, change(weight, groups), bias, groups=groups, **attributes)

    return conv2d


def of_result(change: Callable[[Array], None]) -> Callable[..., Array]:
    def conv2d(*arrays: Array, **attributes: Any) -> Array:
        result = np.array(right(*arrays, **attributes))
        change(result)
        return result

    return conv2d


def third_of_four_images_is_zero(result: Array) -> None:
    if result.ndim == 4 and len(result) % 4 == 3:
        result[-1, -1] = 0


def large_results_end_early(result: Array) -> None:
    if result.size > 4096:
        result[..., -1] = 77


@pytest.mark.parametrize(
    ("conv2d", "failing", "rule"),
    [
        (of_weight(filters_repeat_in_groups), "n1c33h1w1 m33k1x1 g33", "M >= 33"),
        (of_weight(filters_repeat_in_groups), "n1c11h1w1 m33k1x1 g11", "there are groups and M >= 33"),
        (of_weight(large_weights_end_early), "n1c114h3w3 m64k3", "M * C // groups * KH * KW >= 65"),
        (of_weight(large_weights_end_early), "n1c42h7w7 m32k7", "M * C // groups * KH * KW >= 65"),
        (of_result(third_of_four_images_is_zero), "n3c1h1w1 m1k1", "N % 4 == 3"),
        (of_result(large_results_end_early), "n1c1h30w14 m10k1", "N * M * OH * OW >= 4"),
    ],
)
def test_the_size_that_matters_is_named(conv2d: Callable[..., Array], failing: str, rule: str) -> None:
    claims = Capabilities(arguments={"pair", "scalar", "defaults"})
    implementation = InProcess(Adapter(name="tested", version="1", conv2d=conv2d, capabilities=claims))
    found = diagnose(implementation, parse(f"{failing} integers:3"))
    assert found is not None
    assert f"only where {rule}" in found.sentence
