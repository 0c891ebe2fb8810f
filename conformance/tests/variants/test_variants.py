"""Right implementations pass, whatever their order, their layout and their exceptions; and an alarm is heard."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from conv2d_conformance import variants
from conv2d_conformance.cli import program
from conv2d_conformance.effort import Effort
from conv2d_conformance.mutants import catalogue as mutants
from conv2d_conformance.variants import running
from conv2d_conformance.variants.running import Result

SMALL = Effort("small", drawn=3, multiply_adds=10_000, tiles=200)

SLOW = ("test_values::test_documented", "test_state")

EVERY = tuple(variants.catalogue())


@pytest.mark.parametrize("name", EVERY)
def test_there_is_no_false_alarm(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The command runs all checks; here those are left out that ask the same millions of elements with every seed.
    quick = {check: value for check, value in running.checks().items() if not check.startswith(SLOW)}
    monkeypatch.setattr(running, "checks", lambda: quick)
    total = running.runs(name, (1, 2), SMALL)
    assert total.alarms == ()
    assert total.runs == 2
    assert total.evidence > 5_000


def test_variants_are_many_and_say_what_they_do() -> None:
    assert len(EVERY) >= 14
    assert all(adapter.description or name in ("two-arrays", "core") for name, adapter in variants.catalogue().items())


def test_variants_differ_in_what_they_return() -> None:
    rng = np.random.default_rng(1)
    arrays = [rng.standard_normal(shape).astype(np.float32) for shape in ((2, 16, 9, 9), (4, 16, 3, 3), (4,))]
    arrays[0][1] *= 2.0**-18  # where formats of equal precision differ in their range
    answers: dict[tuple[bytes, ...], str] = {}
    for name, adapter in variants.catalogue().items():
        if adapter.capabilities.deterministic and adapter.capabilities.grades:
            # Some differ in 16 bits alone.
            dtypes = [dtype for dtype in ("float32", "float16") if dtype in adapter.capabilities.dtypes]
            found = tuple(adapter.conv2d(*(array.astype(dtype) for array in arrays)).tobytes() for dtype in dtypes)
            assert found not in answers, f"{name} answers as {answers[found]}"
            answers[found] = name
    assert len(answers) >= 18


def test_results_lie_in_memory_as_they_are_said_to() -> None:
    x, w = np.ones((2, 3, 4, 5), np.float32), np.ones((4, 3, 1, 1), np.float32)

    def answer(name: str) -> Any:
        return variants.catalogue()[name].conv2d(x, w)

    assert answer("fortran-order").flags.f_contiguous
    assert answer("channels-innermost").strides[1] == 4
    assert answer("part-of-a-larger-array").strides[-1] == -8
    assert not answer("read-only").flags.writeable
    assert np.signbit(variants.catalogue()["zeros-are-negative"].conv2d(0 * x, w)).all()


def test_both_readings_of_padding_times_infinity_occur() -> None:
    x, w = np.ones((1, 1, 2, 2), np.float32), np.full((1, 1, 3, 3), np.inf, np.float32)
    multiplied = variants.catalogue()["one-after-the-other"].conv2d(x, w, padding=1)
    skipped = variants.catalogue()["padding-skipped"].conv2d(x, w, padding=1)
    assert np.isnan(multiplied).all()
    assert np.isposinf(skipped).all()


def test_an_alarm_names_the_variant_the_check_and_the_case(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = replace(mutants()["inputs_rounded_to_tf32"].adapter, name="wrong")
    monkeypatch.setattr(running, "variants", lambda: {"wrong": wrong})
    total = running.runs("wrong", (1, 2), SMALL)
    assert {alarm.variant for alarm in total.alarms} == {"wrong"}
    alarm = next(alarm for alarm in total.alarms if alarm.check == "test_numerics::test_single_product")
    assert alarm.seed in (1, 2)
    assert "float32" in alarm.case
    assert alarm.required


def test_fixed_cases_are_asked_twice_and_drawn_ones_each_time() -> None:
    one, three = (running.runs("core", seeds, SMALL) for seeds in ((1,), (1, 2, 3)))
    assert one.checks < three.checks < 3 * one.checks


def test_results_add_up() -> None:
    assert sum([Result(1, 2, 3, 4, 5), Result(10, 20, 30, 40, 50)], Result()) == Result(11, 22, 33, 44, 55)


def test_the_command_counts_and_has_an_exit_status(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def run(seeds: range, **options: Any) -> Result:
        asked.update(options, seeds=len(seeds))
        alarm = running.Alarm("core", "test_x::test_y", 1, "this", "that", "c1h1w1 m1k1")
        return Result(2, 3, 4, 5, 6, (alarm,) if len(seeds) > 2 else ())

    monkeypatch.setattr(running, "run", run)
    fine = CliRunner().invoke(program, ["variants", "--seeds", "2", "--only", "winograd-*", "--workers", "1"])
    assert fine.exit_code == 0
    assert "0 false alarms: 3 variants, 2 seeds, 3 checks, 4 cases, 5 elements judged" in fine.output
    assert asked["names"] == ["winograd-tiles-of-2", "winograd-tiles-of-4", "winograd-tiles-of-6"]
    alarmed = CliRunner().invoke(program, ["variants", "--seeds", "3"])
    assert alarmed.exit_code == 1
    assert "test_x::test_y" in alarmed.output
    assert "c1h1w1 m1k1" in alarmed.output
    assert CliRunner().invoke(program, ["variants", "--only", "nothing"]).exit_code != 0
