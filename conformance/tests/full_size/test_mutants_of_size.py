"""Faults that show at full size alone are caught there, wherever they lie, and right variants pass."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.geometry import geometry
from conv2d_conformance.cases.shape_sets import shape_of, shapes_of
from conv2d_conformance.checks import every_check
from conv2d_conformance.cli import program
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import CORE
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.running.examine import examine
from conv2d_conformance.selftest.faults_of_size import CLAIMS, FAULTS_OF_SIZE, SHAPE, spoilt
from conv2d_conformance.selftest.full_size import STEP, FaultOfSize, meet, published
from conv2d_conformance.variants import catalogue as variants
from conv2d_conformance.verdict import room
from conv2d_conformance.verdict.tally import Tally
from conv2d_reference.gradients_by_tap import gradients


def judged(adapter: Adapter, *shapes: Case, seed: int = 0, check: str = "test_named_shapes") -> Tally:
    found = every_check()[f"test_full_size::{check}"]
    return examine(found, InProcess(adapter), EFFORTS["quick"], seed, shapes=shapes).tally


@pytest.mark.parametrize("name", FAULTS_OF_SIZE)
def test_a_fault_of_size_is_caught(name: str) -> None:
    tally = judged(spoilt(FAULTS_OF_SIZE[name]), SHAPE)
    assert tally.outcome == "fail"
    assert tally.failure is not None
    assert tally.failure.aspect == "values"


def test_there_are_forty_of_them() -> None:
    assert len(FAULTS_OF_SIZE) >= 40


SMALL = shapes_of("n2c3h5w6 m2k3x2 s2x1 p1 bias")


@pytest.mark.parametrize("name", variants())
def test_no_right_variant_is_refused(name: str) -> None:
    adapter = variants()[name]
    tally = judged(adapter, *SMALL)
    assert tally.failure is None
    if not adapter.capabilities.limits and adapter.capabilities.features >= CORE:
        assert tally.outcome == "pass"


def gradient_adapter(spoil: Callable[[tuple[Array, Array, Array | None]], None]) -> Adapter:
    def adapter(x: Array, w: Array, b: Array | None, gy: Array, **arguments: Any) -> tuple[Array, Array, Array | None]:
        wide = [None if array is None else array.astype(np.float64) for array in (x, w, b, gy)]
        made = gradients(*wide, **arguments)  # type: ignore[arg-type]  # input, weight and grad_output are arrays
        gx, gw, gb = (None if array is None else np.ascontiguousarray(array, x.dtype) for array in made)
        assert gx is not None
        assert gw is not None
        spoil((gx, gw, gb))
        return gx, gw, gb

    return replace(spoilt(None), gradients=adapter)


@pytest.mark.parametrize(("number", "name"), [*enumerate(("grad_input", "grad_weight", "grad_bias"))])
def test_a_wrong_element_of_a_gradient_is_caught(number: int, name: str) -> None:
    def spoil(found: tuple[Array, Array, Array | None]) -> None:
        array = found[number]
        assert array is not None
        array.reshape(-1)[array.size // 3] += 1

    tally = judged(gradient_adapter(spoil), *SMALL, check="test_gradients_of_named_shapes")
    assert tally.failure is not None
    assert f" at {name}[" in tally.failure.got


def test_right_gradients_pass() -> None:
    right = judged(gradient_adapter(lambda _: None), *SMALL, check="test_gradients_of_named_shapes")
    assert (right.failure, right.outcome, right.asked) == (None, "pass", 3)


def test_every_call_has_other_data_and_integers_come_last() -> None:
    asked = judged(spoilt(None), SHAPE)
    assert (asked.outcome, asked.asked, len(asked.digests)) == ("pass", 3, 3)
    assert asked.elements == 3 * 26640
    assert 26640 + 2 * 2000 < asked.evidence <= 26640 + 2 * 4096
    assert judged(spoilt(None), SHAPE, seed=1).digests.isdisjoint(asked.digests)


def test_a_shape_beyond_the_claims_is_left_out() -> None:
    adapter = replace(spoilt(None), capabilities=replace(CLAIMS, bias=False))
    assert judged(adapter, SHAPE).asked == 0
    assert judged(adapter, replace(SHAPE, bias=False)).asked == 3


def small(fault: FaultOfSize, line: str, limit: int) -> FaultOfSize:
    conv2d = fault.adapter.conv2d
    assert conv2d is not None
    return replace(fault, shape=shape_of(line), adapter=replace(fault.adapter, conv2d=partial(conv2d, limit=limit)))


@pytest.mark.parametrize(
    ("number", "line", "limit"),
    [(0, "n1c4h12w9 m3k3x3 bias", 4 * 36 * 60), (1, "n1c2h129w65 m2k1x1 g2 s64x64", 2 * 129 * 65 - 64)],
)
def test_a_published_bug_is_killed_beyond_its_limit_alone(number: int, line: str, limit: int) -> None:
    fault = published()[number]
    assert meet(small(fault, line, limit), 0).killed
    assert not meet(small(fault, line, 10 * limit), 0).killed


def test_published_bugs_have_their_real_size() -> None:
    lowered, depthwise = (fault.shape for fault in published())
    g = geometry(lowered)
    assert 2**31 < 4 * g.C * g.KH * g.KW * g.OH * g.OW < 2**31 * 1.01
    elements = math.prod(depthwise.input_shape)
    assert 2**31 < elements - depthwise.W < elements < 2**31 * 1.01
    assert (depthwise.H - 1) % STEP == (depthwise.W - 1) % STEP == 0


def test_the_self_test_runs_them_and_skips_what_there_is_no_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "physical_memory", lambda: 2**30 + 2**24)
    result = CliRunner().invoke(program, ["selftest", "--full-size", "--only", "*-of-11-bits*"])
    assert result.exit_code == 0, result.output
    assert "2 of 2 mutants killed (100 %)" in result.output
    result = CliRunner().invoke(program, ["selftest", "--full-size", "--only", "*31*"])
    assert result.exit_code == 1
    assert "skipped" in result.output
    assert "and this machine has 1090519040" in " ".join(result.output.split())
    assert "0 of 0 mutants killed" in result.output
    result = CliRunner().invoke(program, ["selftest", "--full-size", "--only", "none"])
    assert "no mutant of size matches 'none'" in result.output
