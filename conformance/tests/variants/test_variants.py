"""Right implementations pass, whatever their order, their layout and their exceptions; and an alarm is heard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest
from click.testing import CliRunner

from conv2d_conformance import variants
from conv2d_conformance.checks import catalogue as checks
from conv2d_conformance.cli import program
from conv2d_conformance.effort import Effort
from conv2d_conformance.implementation.target import load, parse
from conv2d_conformance.mutants import catalogue as mutants
from conv2d_conformance.variants import running
from conv2d_conformance.variants.running import Alarm, Result

SMALL = Effort("small", drawn=3, multiply_adds=10_000, tiles=200)

EVERY = tuple(variants.catalogue())

WITH_TABLES = ("fused-multiply-add", "winograd-tiles-of-6", "core")
"""Those that meet the tables of fixed cases too. The command lets all of them meet all checks."""


@pytest.mark.parametrize("name", EVERY)
def test_there_is_no_false_alarm(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {
        check: value
        for check, value in running.checks().items()
        if hypothesis.is_hypothesis_test(value.function) or (name in WITH_TABLES and "test_state" not in check)
    }
    monkeypatch.setattr(running, "checks", lambda: asked)
    total = running.runs(name, (1,), SMALL)
    assert total.alarms == ()
    assert total.runs == 1
    assert total.evidence > 3_000


def test_variants_are_many_and_say_what_they_do() -> None:
    assert len(EVERY) >= 14
    assert all(adapter.description for adapter in variants.catalogue().values())


def test_variants_are_targets_of_the_command_line() -> None:
    assert list(variants.targets()) == list(EVERY)
    for name, target in variants.targets().items():
        assert load(parse(target)).name == name


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
    one, three = (running.runs("two-arrays", seeds, SMALL) for seeds in ((1,), (1, 2, 3)))
    assert one.checks < three.checks < 3 * one.checks


def test_checks_of_many_cases_are_run_with_every_tenth_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "test_state::test_after_rejection"
    monkeypatch.setattr(running, "checks", lambda: {name: checks()[name]})
    assert running.runs("assertions", range(10), SMALL).checks == 1
    assert running.runs("assertions", range(11), SMALL).checks == 2


def test_results_add_up() -> None:
    assert sum([Result(1, 2, 3, 4, 5), Result(10, 20, 30, 40, 50)], Result()) == Result(11, 22, 33, 44, 55)


def test_an_alarm_says_how_it_is_raised_again() -> None:
    failed = Alarm("core", "test_x::test_y", 1, "this", "that", "c1h1w1 m1k1")
    assert failed.again == "conv2d-conformance replay 'c1h1w1 m1k1' conv2d_conformance.variants.manners:core"
    unjudged = Alarm("core", "test_x::test_y", 4, "evidence", "none", "")
    assert unjudged.again == "conv2d-conformance variants --only core --first-seed 4 --seeds 1"


def test_the_command_counts_and_has_an_exit_status(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: dict[str, Any] = {}

    def run(seeds: range, *, names: list[str], on_result: Any, **options: Any) -> dict[str, Result]:
        asked.update(options, seeds=seeds, names=names)
        alarm = Alarm(names[0], "test_x::test_y", 1, "this", "that", "c1h1w1 m1k1")
        found = {name: Result(2, 3, 4, 5_000, 4_000) for name in names}
        if len(seeds) > 2:
            found[names[0]] += Result(alarms=(alarm,))
        for name, result in found.items():
            on_result(name, result)
        return found

    monkeypatch.setattr(running, "run", run)
    page = tmp_path / "variants.md"
    arguments = ["variants", "--seeds", "2", "--first-seed", "5", "--drawn", "3", "--only", "winograd-*"]
    fine = CliRunner().invoke(program, [*arguments, "--output", str(page)])
    assert fine.exit_code == 0
    assert "winograd-tiles-of-6               4 cases       5,000 elements  no false alarms" in fine.output
    said = "0 false alarms: 3 variants, 6 runs, 9 checks, 12 cases, 15,000 elements judged, 12,000 of them"
    assert said in fine.output.replace("\n", " ")
    assert asked["names"] == ["winograd-tiles-of-2", "winograd-tiles-of-4", "winograd-tiles-of-6"]
    assert (asked["seeds"], asked["effort"].drawn) == (range(5, 7), 3)
    assert said in page.read_text()
    assert "| winograd-tiles-of-2 | B2 |" in page.read_text()
    assert "conv2d-conformance variants --seeds 2 --first-seed 5 --drawn 3 --only 'winograd-*'" in page.read_text()
    alarmed = CliRunner().invoke(program, ["variants", "--seeds", "3", "--output", str(page)])
    assert alarmed.exit_code == 1
    assert "ALARM  test_x::test_y, seed 1: got that, required this\n" in alarmed.output
    assert "replay 'c1h1w1 m1k1' conv2d_conformance.variants.orders:one_after_the_other" in alarmed.output
    assert "## Alarms" in page.read_text()
    assert CliRunner().invoke(program, ["variants", "--only", "nothing"]).exit_code != 0
