"""An operation that the suite has never heard of goes the whole way, from its case line to a report."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from conv2d_conformance.cli import program
from conv2d_conformance.contract.signatures import SIGNATURES
from conv2d_conformance.mutants import catalogue
from conv2d_conformance.selftest.kills import Summary, encounters

LINE = "n1c2h3w4 m1k1x1 s1x1 p1x2 d1x1 g1 nobias float32 integers:1 pad2d"


@pytest.fixture(autouse=True)
def file(tmp_path: Path) -> Iterator[Path]:
    """The file of the operation, under a name that checks have."""
    path = tmp_path / "test_pad2d.py"
    path.write_text(Path(__file__).with_name("pad2d.py").read_text())
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(SIGNATURES, "pad2d", SIGNATURES["conv2d"])  # which the file replaces, and the patch takes away
        description = importlib.util.spec_from_file_location("test_pad2d", path)
        assert description is not None
        assert description.loader is not None
        module = importlib.util.module_from_spec(description)
        patch.setitem(sys.modules, "test_pad2d", module)
        description.loader.exec_module(module)
        module.install(patch)
        yield path


def ask(*arguments: str) -> Result:
    return CliRunner().invoke(program, list(arguments))


def test_a_right_one_conforms_and_its_report_is_read(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    run = ask("run", f"{file}:right", "--only", "pad2d.*", "--effort", "quick", "--output", str(path))
    assert run.exit_code == 4, run.output  # nothing is broken, and a selection earns no certificate
    report = json.loads(path.read_text())
    assert report["implementation"]["operations"] == ["conv2d", "pad2d"]
    assert [(entry["id"], entry["verdict"], entry["cases"]) for entry in report["requirements"]] == [
        ("pad2d.zeros", "pass", 3)
    ]
    read = ask("summary", str(path))
    assert "every MUST that is selected holds (pad2d.*)" in read.output


def test_a_wrong_one_fails_with_its_simplest_case(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    run = ask("run", f"{file}:wrong", "--only", "pad2d.*", "--effort", "quick", "--output", str(path))
    assert run.exit_code == 1, run.output
    failure = json.loads(path.read_text())["requirements"][0]["failure"]
    assert failure["case"] == "n1c1h1w1 m1k1x1 s1x1 p0x1 d1x1 g1 nobias float32 all-zero pad2d"
    assert failure["got"].startswith("1 at y[0,0,0,2]; 1 of ")
    assert failure["required"] == "0, exactly"
    assert failure["explained_by"] == "pad2d.zeros"


def test_one_without_it_does_not_claim_it(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    ask("run", "reference-correlate", "--only", "pad2d.*", "--effort", "quick", "--output", str(path))
    assert json.loads(path.read_text())["requirements"][0]["verdict"] == "unsupported"


def test_a_case_is_shown_and_asked_again_and_told_by_a_script(file: Path, tmp_path: Path) -> None:
    shown = ask("reference", LINE)
    assert "pad2d(input, stride=(1, 1), padding=(1, 2)" in shown.output
    assert "1x2x5x8 float32, exactly" in shown.output
    assert ask("replay", LINE, f"{file}:right").exit_code == 0
    again = ask("replay", LINE, f"{file}:wrong", "--script", "--isolation", "none")
    assert again.exit_code == 1
    script = tmp_path / "script.py"
    script.write_text(again.stdout)
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "wrong: got 1.0 at (0, 0, 0, 7), required 0.0" in ran.stdout


def test_its_mutant_is_killed_by_its_check() -> None:
    (found,) = encounters("odd_column", "quick", 0)
    assert (found.check, found.killed) == ("test_pad2d::test_zeros", True)
    assert Summary.of([found], ["odd_column"]).is_good
    assert catalogue()["odd_column"].breaks == "pad2d.zeros"
