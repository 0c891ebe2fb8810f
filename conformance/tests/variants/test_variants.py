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
from conv2d_conformance.implementation import target
from conv2d_conformance.mutants import catalogue as mutants
from conv2d_conformance.variants import alarms
from conv2d_conformance.variants.alarms import Alarm, VariantResult
from conv2d_conformance.variants.panel import Panel
from conv2d_conformance.verdict.examination import Examination

SMALL = Effort("small", drawn=3, multiply_adds=10_000, tiles=200)

EVERY = tuple(variants.catalogue())

WITH_TABLES = ("fused-multiply-add", "winograd-tiles-of-6", "fourier", "core")
"""Those that meet the tables of fixed cases too. The command lets all of them meet all checks."""


def is_drawn(name: str) -> bool:
    return hypothesis.is_hypothesis_test(checks()[name].function)


@pytest.mark.parametrize("name", [name for name in checks() if not name.startswith("test_state::test_")])
def test_there_is_no_false_alarm(name: str) -> None:
    found = alarms.runs(name, EVERY if is_drawn(name) else WITH_TABLES, (1,), SMALL)
    assert sum(found.values(), VariantResult()).alarms == ()


def test_a_panel_is_led_through_checks_as_an_examination_is() -> None:
    asked = {name for name in vars(Examination) if name.startswith(("judge", "measure", "require"))}
    assert len(asked) >= 8
    assert asked <= set(vars(Panel))


def test_variants_answer_two_calls_at_once() -> None:
    found = alarms.runs("test_state::test_concurrent_calls", ("last-to-first", "fused-multiply-add"), (1,), SMALL)
    assert [(result.alarms, result.checks) for result in found.values()] == [((), 1), ((), 1)]


def test_variants_are_many_and_say_what_they_do() -> None:
    assert len(EVERY) >= 60
    assert all(adapter.description for adapter in variants.catalogue().values())


def test_variants_are_targets_of_the_command_line() -> None:
    assert list(variants.targets()) == list(EVERY)
    for name, text in variants.targets().items():
        assert target.load(target.parse(text)).name == name


def test_variants_differ_in_what_they_return() -> None:
    rng = np.random.default_rng(1)
    arrays = [rng.standard_normal(shape).astype(np.float32) for shape in ((3, 16, 9, 9), (4, 16, 3, 3), (4,))]
    arrays[0][1] *= 2.0**-18  # where formats of equal precision differ in their range
    arrays[0][2] *= 2.0**-127  # where some numbers are subnormal
    arrays[2][0] = 0
    answers: dict[tuple[bytes, ...], str] = {}
    for name, adapter in variants.catalogue().items():
        if adapter.capabilities.deterministic and adapter.capabilities.grades and not adapter.capabilities.limits:
            # Some differ in 16 bits alone, or in float64.
            every = ("float32", "float16", "float64")
            dtypes = [dtype for dtype in every if dtype in adapter.capabilities.dtypes]
            found = tuple(adapter.conv2d(*(array.astype(dtype) for array in arrays)).tobytes() for dtype in dtypes)
            assert found not in answers, f"{name} answers as {answers[found]}"
            answers[found] = name
    assert len(answers) >= 50


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
    right = variants.catalogue()["in-float64"]
    monkeypatch.setattr(alarms, "variants", lambda: {"wrong": wrong, "right": right})
    found = alarms.runs("test_numerics::test_single_product", ("wrong", "right"), (1, 2), SMALL)
    assert found["in-float64"].alarms == ()
    assert found["in-float64"].checks == 2
    alarm, *_ = found["wrong"].alarms
    assert (alarm.variant, alarm.check) == ("wrong", "test_numerics::test_single_product")
    assert alarm.seed in (1, 2)
    assert "float32" in alarm.case
    assert alarm.required


def checks_run(name: str, seeds: range) -> int:
    return alarms.runs(name, ("assertions",), seeds, SMALL)["assertions"].checks


def test_fixed_cases_are_asked_twice_and_drawn_ones_each_time() -> None:
    assert checks_run("test_arguments::test_scalar", range(5)) == 5
    assert checks_run("test_values::test_documented_examples", range(5)) == 2


def test_checks_of_many_cases_are_run_with_every_tenth_seed() -> None:
    assert checks_run("test_memory::test_view_offset", range(10)) == 1
    assert checks_run("test_memory::test_view_offset", range(11)) == 2


def test_only_what_is_claimed_is_asked() -> None:
    assert alarms.runs("test_validation::test_pair_length", ("core", "two-arrays"), (1,), SMALL) == {}
    (asked,) = alarms.runs("test_dilation::test_spacing", ("core", "two-arrays"), (1,), SMALL)
    assert asked == "core"


def test_a_panel_is_led_through_whatever_a_check_asks() -> None:
    asks = {name for name in vars(Examination) if name.startswith("judge")}
    assert asks | {"measure", "require_claimed_grades"} <= set(vars(Panel))
    (found,) = alarms.runs("test_state::test_concurrent_calls", ("one-after-the-other",), (1,), SMALL).values()
    assert found.checks == 1
    assert found.alarms == ()


def test_results_add_up() -> None:
    assert sum([VariantResult(1, 2, 3, 4, 5), VariantResult(10, 20, 30, 40, 50)], VariantResult()) == VariantResult(
        11, 22, 33, 44, 55
    )


def test_an_alarm_says_how_it_is_raised_again() -> None:
    failed = Alarm("core", "test_x::test_y", 1, "this", "that", "c1h1w1 m1k1")
    assert failed.again == "conv2d-conformance replay 'c1h1w1 m1k1' conv2d_conformance.variants.manners:core"
    unjudged = Alarm("core", "test_x::test_y", 4, "evidence", "none", "")
    assert unjudged.again == "conv2d-conformance variants --only core --first-seed 4 --seeds 1"


def test_the_command_counts_and_has_an_exit_status(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: dict[str, Any] = {}

    def run(seeds: range, on_result: Any, *, names: list[str], **options: Any) -> None:
        asked.update(options, seeds=seeds, names=names)
        alarm = Alarm(names[0], "test_x::test_y", 1, "this", "that", "c1h1w1 m1k1")
        found = {name: VariantResult(0, 3, 4, 5_000, 4_000) for name in names}
        if len(seeds) > 2:
            found[names[0]] += VariantResult(alarms=(alarm,))
        on_result("test_x::test_y", found, 1, 9)
        if len(seeds) > 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(alarms, "run", run)
    page = tmp_path / "variants.md"
    arguments = ["variants", "--seeds", "2", "--first-seed", "5", "--drawn", "3", "--only", "winograd-tiles-of-[246]"]
    fine = CliRunner().invoke(program, [*arguments, "--output", str(page)])
    assert fine.exit_code == 0
    assert "1 of 9 checks: test_x::test_y" in fine.output
    said = "0 false alarms: 3 variants, 6 runs, 9 checks, 12 cases, 15,000 elements judged, 12,000 of them"
    assert said in fine.output.replace("\n", " ")
    assert asked["names"] == ["winograd-tiles-of-2", "winograd-tiles-of-4", "winograd-tiles-of-6"]
    assert (asked["seeds"], asked["effort"].drawn) == (range(5, 7), 3)
    assert said in page.read_text()
    assert "| winograd-tiles-of-2 | B2 |" in page.read_text()
    assert (
        "conv2d-conformance variants --seeds 2 --first-seed 5 --drawn 3 --only 'winograd-tiles-of-[246]'"
        in page.read_text()
    )
    assert "--output variants.md\n" in page.read_text()
    assert str(tmp_path) not in page.read_text()
    alarmed = CliRunner().invoke(program, ["variants", "--seeds", "3", "--output", str(page)])
    assert alarmed.exit_code == 1
    assert "ALARM   one-after-the-other, test_x::test_y, seed 1: got that, required this\n" in alarmed.output
    assert "replay 'c1h1w1 m1k1' conv2d_conformance.variants.orders:one_after_the_other" in alarmed.output
    assert "## Alarms" in page.read_text()
    page.unlink()
    interrupted = CliRunner().invoke(program, ["variants", "--seeds", "4", "--output", str(page)])
    assert interrupted.exit_code == 130
    assert "ALARM   one-after-the-other, test_x::test_y, seed 1" in interrupted.output
    assert interrupted.output.endswith("Error: interrupted after 1 of 9 checks; false alarms so far: 1\n")
    assert not page.exists()
    assert CliRunner().invoke(program, ["variants", "--only", "nothing"]).exit_code != 0
