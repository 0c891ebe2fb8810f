"""Tiny implementations as files, and two ways to run the program: in this process, and as one of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from conv2d_conformance.cli import program, progress
from plain_conv2d import SOURCE

WRONG = {
    "flipped": ("w[..., kh, kw]", "w[..., KH - 1 - kh, KW - 1 - kw]"),
    "no_bias": ("if bias is not None", "if False"),
    "channels_last": ("return y.astype(input.dtype)", "return y.astype(input.dtype).transpose(0, 2, 3, 1)"),
    "double": ("return y.astype(input.dtype)", "return y"),
    "a_list": ("return y.astype(input.dtype)", "return y.tolist()"),
    "refuses": ("return y.astype(input.dtype)", "raise NotImplementedError('strides')"),
    "dies": ("return y.astype(input.dtype)", "import os, sys; print('bye', file=sys.stderr, flush=True); os._exit(7)"),
}
"""Each is the right one but for one replacement."""


@pytest.fixture(scope="session")
def right() -> str:
    """The source of a right one."""
    return SOURCE


@pytest.fixture(scope="session")
def wrong() -> dict[str, str]:
    """The sources of the wrong ones."""
    return {name: SOURCE.replace(old, new) for name, (old, new) in WRONG.items()}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with all the implementations in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 3600.0)  # a busy machine adds no line to an output
    (tmp_path / "right.py").write_text(SOURCE)
    for name, (old, new) in WRONG.items():
        assert old in SOURCE
        (tmp_path / f"{name}.py").write_text(SOURCE.replace(old, new))
    return tmp_path


@pytest.fixture
def invoke(folder: Path) -> Callable[..., Result]:
    """Run the program in this process, which is in that folder."""
    assert Path.cwd() == folder

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(program, arguments, prog_name="conv2d-conformance")

    return run


@pytest.fixture
def spawn(folder: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the program in a process of its own. How far it came meanwhile is left out of its standard error."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "conv2d_conformance", *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
        done.stderr = without_progress(done.stderr)
        return done

    return run


def without_progress(stderr: str) -> str:
    """What a command says on standard error besides how far it has come, which depends on the machine."""
    return re.sub(r"^\d+ s, .*\n", "", stderr, flags=re.MULTILINE)
