"""What a report says of its own early end must follow from what it was asked, and from what is broken in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conv2d_conformance.cli import program
from conv2d_conformance.verifying import Finding
from conv2d_conformance.verifying import recount as recounting

Report = dict[str, Any]
FOUND = "at the first broken MUST, and "


@pytest.mark.parametrize(
    ("name", "end"),
    [("stopped", "was stopped at the first broken MUST"), ("interrupted", "did not come to its end")],
)
def test_what_ended_early_is_not_called_complete(
    made: Callable[[str], Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, end: str
) -> None:
    monkeypatch.setattr(recounting, "recount", lambda *_, **__: {})
    path = tmp_path / "out.json"
    path.write_text(json.dumps(made(name)))
    answer = CliRunner().invoke(program, ["verify", str(path)]).output
    assert answer.startswith(f"{path}: consistent, of a run that {end}; ")


def test_a_part_of_a_run_is_not_called_complete(
    made: Callable[[str], Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conv2d_conformance.verifying.verify", lambda *_: Finding())
    report = made("forward")
    assert report["complete"]
    report["run"]["shard"] = "1/2"
    path = tmp_path / "out.json"
    path.write_text(json.dumps(report))
    answer = CliRunner().invoke(program, ["verify", str(path)]).output
    assert answer.startswith(f"{path}: consistent, of shard 1 of 2 alone; ")


def whitewash(report: Report) -> None:
    for entry in report["requirements"]:
        if entry["failure"] is not None:
            entry.update(verdict="not reached", failure=None)


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("stopped", lambda r: r["run"].update(stop="never"), f"{FOUND}nobody asked for that"),
        ("stopped", lambda r: r.update(complete=True), f"{FOUND}is called complete"),
        ("stopped", lambda r: r.update(stopped=False), "its conclusion is 'not conforming: stopped at the first"),
        ("stopped", lambda r: r["execution"].update(seconds=None), "it came to its end, and does not say how long"),
        ("stopped", whitewash, f"{FOUND}has none that is not declared"),
        ("without what decides nothing", lambda r: r["run"].update(stop="never"), "its fingerprint is missing"),
        ("without what decides nothing", lambda r: r["run"].update(stop="never"), "it has no numbers of test_val"),
        ("forward", lambda r: r["run"].update(stop="must"), "it has a fingerprint of a run that takes none"),
        ("forward", lambda r: r["run"].update(stop="must"), "test_validation::test_whole_floats, a check that such"),
        ("interrupted", lambda r: r.update(stopped=True), f"{FOUND}nobody asked for that"),
    ],
)
def test_a_doctored_end_is_found_out(
    made: Callable[[str], Report],
    looked_at: Callable[[Report], Finding],
    name: str,
    change: Callable[[Report], object],
    sentence: str,
) -> None:
    report = made(name)
    change(report)
    found = looked_at(report)
    assert any(sentence in fault for fault in found.faults), found
