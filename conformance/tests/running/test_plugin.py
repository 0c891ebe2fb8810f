"""The checks under pytest itself, for those who want its options."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from conv2d_conformance.checks import catalogue
from conv2d_conformance.running.options import Options
from conv2d_conformance.running.subject import ExaminedImplementation

RIGHT, WRONG = "reference-correlate", "conv2d_conformance.mutants.geometry:stride_as_width_height"
PLUGIN = [sys.executable, "-m", "pytest", "-p", "conv2d_conformance.plugin", "--pyargs", "conv2d_conformance.checks"]


def pytest_run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*PLUGIN, "--conv2d-effort", "quick", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_right_one_passes_and_what_it_does_not_claim_is_left_out(tmp_path: Path) -> None:
    run = pytest_run(tmp_path, "--conv2d-target", RIGHT, "-k", "test_stride and not validation")
    assert run.returncode == 0, run.stdout
    assert " passed" in run.stdout
    assert " failed" not in run.stdout
    minimal = tmp_path / "minimal.py"
    minimal.write_text("def conv2d(input, weight):\n    raise AssertionError('not asked')\n")
    run = pytest_run(tmp_path, "--conv2d-target", f"{minimal}:conv2d", "-k", "test_stride")
    assert run.returncode == 5, run.stdout
    assert "passed" not in run.stdout


def test_a_failure_shows_the_case(tmp_path: Path) -> None:
    run = pytest_run(tmp_path, "--conv2d-target", WRONG, "-k", "pair_order")
    assert run.returncode == 1
    assert "required  shape" in run.stdout
    assert "replay    conv2d-conformance replay 'n1c1h" in run.stdout


def test_only_selects_by_requirement(tmp_path: Path) -> None:
    run = pytest_run(tmp_path, "--conv2d-target", RIGHT, "--conv2d-only", "dilation.*", "--conv2d-isolation", "none")
    checks = [
        check for check in catalogue().values() if any(name.startswith("dilation.") for name in check.requirements)
    ]
    assert f"{len(checks)} passed" in run.stdout
    assert "without isolation there is a result and no certificate" in run.stdout


def test_a_target_must_be_named_and_must_exist(tmp_path: Path) -> None:
    run = pytest_run(tmp_path)
    assert run.returncode == 4
    assert "name the implementation under test: --conv2d-target TARGET" in run.stderr
    run = pytest_run(tmp_path, "--conv2d-target", "nope")
    assert run.returncode == 4
    assert "there is no bundled adapter 'nope'" in run.stderr
    assert "INTERNALERROR" not in run.stdout + run.stderr


def test_nothing_is_left_in_the_folder(tmp_path: Path) -> None:
    pytest_run(tmp_path, "--conv2d-target", RIGHT, "-k", "test_dilation and not validation")
    assert list(tmp_path.iterdir()) == []


def test_installing_the_suite_touches_nobody_elses_pytest(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text("def test_own(request):\n    assert 'iut' not in request.fixturenames\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--trace-config", str(tmp_path)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0
    assert "conv2d_conformance" not in run.stdout


def test_the_checks_of_a_run_share_what_was_found_behind_failures() -> None:
    nobody: Any = SimpleNamespace()
    subject, other = (
        ExaminedImplementation(nobody, Options(target="mine", keep_going=going)) for going in (True, False)
    )
    assert subject.simplifier.diagnose == subject.diagnoses.sentence_about
    assert subject.simplifier.known == subject.diagnoses.know
    assert subject.simplifier.unsteady == []
    assert subject.simplifier.unsteady is not other.simplifier.unsteady
    assert (subject.hope.keep_going, other.hope.keep_going) == (True, False)
