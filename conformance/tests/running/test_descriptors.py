"""Descriptors 0 to 2 are nobody else's, in interpreters that are started without them."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import conv2d_adapters
from conv2d_conformance.report.conclusion import NO_CERTIFICATE

WORKER = Path(conv2d_adapters.__file__).parent / "workers" / "plain_python.py"
TARGET = f"command:{sys.executable} -S {WORKER}"
RUN = ["-m", "conv2d_conformance", "run", TARGET, "--effort", "quick", "--only", "bias.absent", "--output", "out.json"]
PLUGIN = ["-m", "pytest", "-p", "conv2d_conformance.plugin", "--pyargs", "conv2d_conformance.checks", "-k", "absent"]
PLUGIN += ["--conv2d-target", TARGET, "--conv2d-effort", "quick", "-p", "no:cacheprovider"]


def shell(folder: Path, arguments: list[str], how: str) -> subprocess.CompletedProcess[str]:
    command = f"{shlex.join([sys.executable, *arguments])} {how}"
    return subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("how", "status"), [("<&- >&- 2>&-", NO_CERTIFICATE), ("| head -n 1; test -f out.json", 0)])
def test_the_verdict_is_that_of_the_implementation(tmp_path: Path, how: str, status: int) -> None:
    done = shell(tmp_path, RUN, how)
    assert (done.returncode, done.stderr) == (status, "")
    report = json.loads((tmp_path / "out.json").read_text())
    assert [entry["verdict"] for entry in report["requirements"]] == ["pass"]
    assert report["complete"]


def test_the_plugin_occupies_them_too(tmp_path: Path) -> None:
    done = shell(tmp_path, PLUGIN, "<&- 2>&-")
    assert (done.returncode, " 1 passed" in done.stdout) == (0, True), done.stdout
