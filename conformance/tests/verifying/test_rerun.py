"""A report is held against what the implementation does now: its failing cases, and a sample of what passes."""

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from conv2d_conformance.cli import program
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.mutants import catalogue
from conv2d_conformance.verifying import UNSIGNED
from conv2d_conformance.verifying.rerun import Again
from conv2d_reference import conv2d
from on_json import rerun

Report = dict[str, Any]


MUTANT = catalogue()["bias_dropped"].adapter
TARGET = "conv2d_conformance.mutants.channels:bias_dropped"


def asked_again(report: dict[str, Any], adapter: Adapter = MUTANT, **options: Any) -> Again:
    found: Again = rerun(report, InProcess(adapter), **{"sample": 10, "draw": 1, **options})
    return found


def test_the_same_implementation_does_the_same_again(failing_run: tuple[Path, Report]) -> None:
    again = asked_again(failing_run[1])
    assert again.differences == ()
    assert again.compared.startswith(
        "asked again, as drawn by 1: failing cases of 1 and checks of 1 passing requirements, "
    )


def test_what_failed_and_does_not_any_more_is_told(failing_run: tuple[Path, Report]) -> None:
    again = asked_again(failing_run[1], replace(MUTANT, conv2d=conv2d))
    (sentence,) = again.differences
    assert sentence.startswith("bias.added does not fail again, neither by its case 'n1")


def test_what_passed_and_fails_now_is_told(failing_run: tuple[Path, Report]) -> None:
    def zeros(input: Array, weight: Array, bias: Array | None = None, **attributes: Any) -> Array:
        return np.zeros_like(MUTANT.conv2d(input, weight, bias, **attributes))

    again = asked_again(failing_run[1], replace(MUTANT, conv2d=zeros))
    assert [sentence[:50] for sentence in again.differences] == ["bias.absent passes in the report, and not here, by"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda r: r["run"].update(seed=1), "test_bias::test_absent has "),
        (
            lambda r: r["checks"]["test_bias::test_absent"].update(evidence=7),
            "test_bias::test_absent has 7 in the report",
        ),
        (lambda r: r["implementation"].update(version="9"), "the version of the implementation is '"),
        (
            lambda r: r["implementation"].update(name="mine"),
            "the name of the implementation is 'bias_dropped' here, and",
        ),
        (
            lambda r: r["implementation"]["capabilities"].update(unbatched=not MUTANT.capabilities.unbatched),
            "capabilities, unbatched: True here, and False in the report",
        ),
    ],
)
def test_what_is_another_is_told(
    failing_run: tuple[Path, Report], change: Callable[[dict[str, Any]], object], sentence: str
) -> None:
    report = copy.deepcopy(failing_run[1])
    change(report)
    differences = asked_again(report).differences
    assert any(difference.startswith(sentence) for difference in differences), differences


def test_the_program_says_what_it_asked(failing_run: tuple[Path, Report]) -> None:
    path, report = failing_run
    result = CliRunner().invoke(program, ["verify", str(path), "--rerun", TARGET, "--draw", "3"])
    first, second, third = result.output.splitlines()
    assert (result.exit_code, first) == (0, f"{path}: complete and consistent; {report['conclusion']['headline']}")
    assert second.startswith(f"{path}: asked again, as drawn by 3: ")
    assert second.endswith(": the same was seen")
    assert third == UNSIGNED


def test_the_program_says_what_differs(failing_run: tuple[Path, Report]) -> None:
    path, _ = failing_run
    result = CliRunner().invoke(program, ["verify", str(path), "--rerun", "reference-correlate", "--draw", "3"])
    assert result.exit_code == 1
    assert (
        "the name of the implementation is 'reference-correlate' here, and 'bias_dropped' in the report"
        in result.output
    )
    assert "bias.added does not fail again" in result.output
    assert result.output.splitlines()[-1].endswith(": 8 differences")
