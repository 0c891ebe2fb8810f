"""The script that certifies a conv2d in CI, and the action that calls it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conv2d_conformance.report.reading import read

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "ci" / "certify.sh"
RIGHT = """
from conv2d_reference import correlate
def conv2d(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    return correlate.conv2d(input, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)
"""
WRONG = RIGHT.replace("input, weight, bias,", "input, -weight, bias,")
SELECTED = "--only bias.absent --effort quick --isolation none"
"""Which earns no certificate, and ends in a second."""


def certify(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "ARGUMENTS": SELECTED, **variables}
    environment.pop("GITHUB_STEP_SUMMARY", None)
    return subprocess.run(
        ["bash", str(SCRIPT)], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_a_report_a_badge_and_what_got_worse(tmp_path: Path) -> None:
    (tmp_path / "right.py").write_text(RIGHT)
    (tmp_path / "wrong.py").write_text(WRONG)
    first = certify(tmp_path, TARGET="right.py:conv2d", REPORT="last.json")
    assert first.returncode == 4, first.stderr
    assert not read(tmp_path / "last.json").conforming
    assert "no certificate" in (tmp_path / "conv2d-badge.svg").read_text()
    second = certify(tmp_path, TARGET="wrong.py:conv2d", BASELINE="last.json")
    assert second.returncode == 1, second.stderr
    assert "| worse | verdict | bias.absent (MUST) |" in second.stdout
    assert "not conforming" in (tmp_path / "conv2d-badge.svg").read_text()


@pytest.mark.parametrize(
    ("variables", "status", "sentence"),
    [
        ({}, 1, "TARGET: names what is examined"),
        ({"TARGET": "nothing.py:conv2d"}, 2, "nothing.py"),
        ({"TARGET": "$(touch injected)"}, 2, "touch injected"),
    ],
)
def test_what_cannot_be_examined_is_told_and_leaves_nothing(
    tmp_path: Path, variables: dict[str, str], status: int, sentence: str
) -> None:
    found = certify(tmp_path, **variables)
    assert found.returncode == status
    assert sentence in found.stderr
    assert not list(tmp_path.iterdir())


def test_the_action_gives_the_script_every_input_through_the_environment() -> None:
    action = (ROOT / "action.yml").read_text()
    inputs = set(re.findall(r"^  (\w+):\n    description:", action, flags=re.MULTILINE))
    given = dict(re.findall(r"(\w+): \$\{\{ inputs\.(\w+) \}\}", action))
    assert set(given.values()) == inputs
    assert action.count("${{") == len(given)
    assert {name: name.lower() for name in given} == given
    assert all(re.search(rf"\${{?{name}\b", SCRIPT.read_text()) for name in given)
