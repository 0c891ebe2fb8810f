"""Variants with limits keep to them, and a false alarm within them would be heard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from conv2d_conformance import variants
from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.data import call
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.effort import Effort
from conv2d_conformance.variants import alarms
from conv2d_conformance.verdict.claims import outside_limits, within_claims

LIMITED = {name: found for name, found in variants.catalogue().items() if found.capabilities.limits}
SMALL = Effort("small", drawn=3, multiply_adds=10_000, tiles=200)
CASES = (
    "n2c4h9w8 m6k3x2 s2x1 p1x2 d1x2 g2 bias integers:7",
    "n1c3h5w20 m3k3 g3 integers:1",
    "n3c16h7w7 m4k5x5 s1x1 same d1x1 integers:2",
    "c8h6w5 m2k1 integers:3",
)


def answer(adapter: Adapter, case: Case) -> Any:
    arguments, arrays = call(case)
    return adapter.conv2d(*arrays.values(), **arguments)


@pytest.mark.parametrize("name", LIMITED)
def test_a_variant_answers_within_its_limits_and_refuses_beyond(name: str) -> None:
    adapter, claims = LIMITED[name], LIMITED[name].capabilities
    inside = [case for line in CASES if (case := within_claims(parse(line), claims)) is not None]
    assert len(inside) == len(CASES)
    for case in inside:
        np.testing.assert_array_equal(answer(adapter, case), answer(variants.catalogue()["in-float64"], case))
    beyond = {case for line in CASES for case in outside_limits(parse(line), claims)}
    assert len(beyond) > len(claims.limits)
    for case in beyond:
        with pytest.raises(ValueError, match="not written for"):
            answer(adapter, case)


def limited(change: Callable[[Any], Any]) -> Adapter:
    """A variant whose answers are changed."""
    right = LIMITED["channels-in-eights"]
    return replace(right, name="changed", conv2d=lambda *arrays, **named: change(right.conv2d(*arrays, **named)))


@pytest.mark.parametrize("change", [lambda y: y + y.dtype.type(1), lambda _: 1 / 0], ids=["wrong", "refused"])
def test_an_alarm_within_limits_is_heard(monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], Any]) -> None:
    monkeypatch.setattr(alarms, "variants", lambda: {"changed": limited(change)})
    assert alarms.runs("test_values::test_definition", ("changed",), (1,), SMALL)["changed"].alarms


@pytest.mark.parametrize(("limits", "heard"), [(("KH == 2 and KW == 2",), False), ((), True)])
def test_a_check_that_asks_nothing_is_an_alarm_without_limits_alone(
    monkeypatch: pytest.MonkeyPatch, limits: tuple[str, ...], heard: bool
) -> None:
    adapter = replace(limited(lambda y: y), capabilities=replace(LIMITED["one-image"].capabilities, limits=limits))
    monkeypatch.setattr(alarms, "variants", lambda: {"changed": adapter})
    monkeypatch.setattr(alarms, "run_check", lambda *_: None)
    assert bool(alarms.runs("test_batch::test_empty", ("changed",), (1,), SMALL)["changed"].alarms) == heard
