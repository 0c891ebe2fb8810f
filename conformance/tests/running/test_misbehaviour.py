"""Whatever an implementation does, the run goes on, and its report is complete and says so in a clear sentence."""

from pathlib import Path
from typing import Any

import pytest

from conv2d_conformance.report.validation import fault_of
from conv2d_conformance.runner import Options, run

ADAPTERS = Path(__file__).with_name("adapters_that_misbehave.py")


def examine(name: str, folder: Path, *, only: str = "bias.*", **options: Any) -> dict[str, Any]:
    report = run(
        Options(target=f"{ADAPTERS}:{name}", effort="quick", only=only, output=folder / "report.json", **options)
    )
    assert fault_of(report) is None
    assert report["complete"]
    return report


def entry(report: dict[str, Any], requirement: str) -> dict[str, Any]:
    return next(entry for entry in report["requirements"] if entry["id"] == requirement)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("segfaults_with_a_bias", "signal 11 (SIGSEGV)"),
        ("exits_with_status_0_with_a_bias", "exit status 0"),
        ("forks_and_crashes_with_a_bias", "exit status 7"),
        ("calls_sys_exit_with_a_bias", "SystemExit"),
        ("returns_a_list_with_a_bias", "list"),
    ],
)
def test_no_answer_is_an_error_and_the_rest_is_judged(name: str, sentence: str, tmp_path: Path) -> None:
    report = examine(name, tmp_path)
    failed = entry(report, "bias.added")
    assert failed["verdict"] == "error"
    assert sentence in failed["failure"]["got"]
    assert entry(report, "bias.absent")["verdict"] == "pass"
    assert report["conclusion"]["exit_status"] == 1


def test_a_hang_is_an_error_after_its_time(tmp_path: Path) -> None:
    report = examine("sleeps_for_ever_with_a_bias", tmp_path, only="bias.a*", timeout=0.5)
    assert entry(report, "bias.added")["verdict"] == "error"
    assert "no answer within 0.5 s" in entry(report, "bias.added")["failure"]["got"]
    assert entry(report, "bias.absent")["verdict"] == "pass"


def test_what_is_printed_disturbs_nothing(tmp_path: Path) -> None:
    report = examine("prints_from_everywhere", tmp_path, only="bias.absent")
    assert [found["verdict"] for found in report["requirements"]] == ["pass"]


@pytest.mark.parametrize(
    ("name", "requirement", "got"),
    [
        ("returns_float64", "output-size.dtype", "dtype float64"),
        ("returns_channels_last", "output-size.shape", "shape ("),
        ("changes_its_input", "memory.inputs-unchanged", "input"),
        ("has_one_output_buffer", "memory.results-independent", "earlier call"),
        ("returns_its_input", "memory.result-owns-memory", "memory"),
    ],
)
def test_a_wrong_kind_of_answer_fails_by_name(name: str, requirement: str, got: str, tmp_path: Path) -> None:
    failed = entry(examine(name, tmp_path, only=requirement), requirement)
    assert failed["verdict"] == "fail"
    assert got in failed["failure"]["got"]


def test_a_fault_that_comes_and_goes_is_a_failure_with_its_frequency(tmp_path: Path) -> None:
    failed = entry(examine("is_wrong_every_third_time", tmp_path, only="bias.absent"), "bias.absent")
    assert failed["verdict"] == "fail"
    assert 0 < failed["failure"]["failed_repetitions"] < failed["failure"]["repetitions"]


def test_a_right_one_conforms(tmp_path: Path) -> None:
    report = examine("right", tmp_path, only="bias.*")
    assert {found["verdict"] for found in report["requirements"]} == {"pass"}
    assert report["conclusion"]["exit_status"] == 0
