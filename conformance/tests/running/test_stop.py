"""`--stop first` asks first what finds most, and ends at the first broken MUST; `--stop must` asks what decides."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conv2d_conformance import spec
from conv2d_conformance.checks import catalogue
from conv2d_conformance.checks.order import measured, place_of
from conv2d_conformance.report.reading import read
from conv2d_conformance.report.report import Report
from conv2d_conformance.running.options import Options
from conv2d_conformance.running.run import run
from conv2d_conformance.verifying import Finding, verify

FLIPPED = """
from conv2d_reference.correlate import conv2d as right


def conv2d(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    weight = weight[..., ::-1, ::-1].copy()
    return right(input, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)
"""


def test_the_measured_order_names_every_check_once() -> None:
    missing = catalogue().keys() - measured()["checks"]
    assert not missing, f"measure them: benchmarks/check_order.py .../check-order.json --checks {' '.join(missing)}"
    assert sorted(measured()["checks"]) == sorted(catalogue())
    assert measured()["edition"] == spec.load().edition


def test_what_kills_most_in_its_time_comes_first_and_what_decides_nothing_last() -> None:
    checks = sorted(catalogue().values(), key=place_of)
    assert [check.decides for check in checks] == sorted((check.decides for check in checks), reverse=True)
    said = measured()["checks"]
    rates = [said[check.name]["first_kills"] / said[check.name]["seconds"] for check in checks if check.decides]
    assert rates[0] == max(rates)
    assert said[checks[0].name]["first_kills"] > 0
    assert sum(found["first_kills"] for found in said.values()) == measured()["killed"] <= measured()["mutants"]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Report, list[str]]]:
    """Run with some options, without a process for the implementation; the report, and the checks in their order."""
    folder = tmp_path_factory.mktemp("stop")
    (folder / "flipped.py").write_text(FLIPPED)

    def carry_out(target: str, **options: Any) -> tuple[Report, list[str]]:
        names: list[str] = []
        asked = Options(
            target=target.format(folder=folder),
            effort="quick",
            isolation="none",
            output=str(folder / f"{len(list(folder.iterdir()))}.json"),
            **options,
        )
        report = run(asked, lambda _done, _all, name: names.append(name))
        assert read(Path(str(asked.output))) == report
        return report, names

    return carry_out


def test_a_wrong_one_is_refused_by_the_first_check_that_sees_it(
    ran: Callable[..., tuple[Report, list[str]]],
) -> None:
    report, names = ran("{folder}/flipped.py:conv2d", stop="first")
    assert (report.complete, report.is_stopped, report.fingerprint) == (False, True, None)
    assert report.conclusion.exit_status == 1
    assert [name for name, seen in report.checks.items() if seen.outcome != "pass"] == [names[-2]]  # type: ignore[union-attr]  # not absent: it is new
    assert names[:-1] == sorted(names[:-1], key=lambda name: place_of(catalogue()[name]))
    assert "kernel" in str(report.failures[0].diagnosis)
    assert verify(report) == Finding()


def test_a_right_one_is_asked_everything_and_in_that_order(ran: Callable[..., tuple[Report, list[str]]]) -> None:
    report, names = ran("reference-correlate", stop="first", only="bias.*")
    usual, in_order = ran("reference-correlate", only="bias.*")
    assert (report.complete, report.is_stopped) == (True, False)
    assert report.requirements == usual.requirements
    assert report.checks == usual.checks
    assert names != in_order
    assert names[:-1] == sorted(in_order[:-1], key=lambda name: place_of(catalogue()[name]))


def test_what_decides_nothing_is_left_out_and_changes_no_verdict(
    ran: Callable[..., tuple[Report, list[str]]],
) -> None:
    few = "validation.padding-*"
    report, _ = ran("reference-correlate", stop="must", only=few)
    usual, _ = ran("reference-correlate", only=few)
    musts = [entry for entry in usual.requirements if entry.level == "MUST"]
    assert [entry for entry in report.requirements if entry.level == "MUST"] == musts
    assert {entry.verdict for entry in report.requirements if entry.level != "MUST"} == {"not reached"}
    assert {entry.verdict for entry in usual.requirements if entry.level != "MUST"} == {"pass"}
    assert (report.conclusion, report.complete) == (usual.conclusion, True)
    assert verify(report) == Finding()


def test_several_processes_stop_too(tmp_path: Path) -> None:
    (tmp_path / "flipped.py").write_text(FLIPPED)
    output = tmp_path / "out.json"
    target = f"{tmp_path}/flipped.py:conv2d"
    run(Options(target=target, effort="quick", stop="first", only="values.*", workers=2, output=str(output)))
    report = json.loads(output.read_text())
    assert (report["stopped"], report["complete"]) == (True, False)
    assert any(seen["outcome"] == "fail" for seen in report["checks"].values())
    assert verify(read(output)) == Finding()
