"""`fingerprint`, the command."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from conv2d_conformance.cli import program

ADAPTER = """
import numpy as np


def conv2d(input, weight, *, padding=0, order=1):
    (rows, columns), (KH, KW) = padding, weight.shape[2:]
    x = np.pad(input, [(0, 0), (0, 0), (rows, rows), (columns, columns)])
    OH, OW = x.shape[2] - KH + 1, x.shape[3] - KW + 1
    y = np.zeros((len(x), len(weight), OH, OW), dtype=input.dtype)
    with np.errstate(all="ignore"):
        for c, i, j in [*np.ndindex(weight.shape[1:])][::order]:
            y += x[:, None, c, i : i + OH, j : j + OW] * weight[:, c, i, j, None, None]
    return y


def backwards(input, weight, *, padding=0):
    return conv2d(input, weight, padding=padding, order=-1)
"""


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "known.py").write_text(ADAPTER)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(program, ["fingerprint", "--isolation", "none", *arguments])

    return run


def test_the_page(invoke):
    result = invoke("known.py:conv2d")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == "conv2d unversioned: fingerprint"
    assert lines[2] == (
        "float32         direct; sums in float32, without FMA; one after the other, channel by channel;"
    )
    assert max(map(len, lines)) <= 100


def test_as_json(invoke):
    result = invoke("known.py:conv2d", "--format", "json")
    assert json.loads(result.stdout)["dtypes"]["float32"]["shapes"]["small"]["findings"]["fma"] == {
        "words": "none: products are rounded before they are added",
        "value": "rounded",
    }


def test_the_differences_of_two(invoke):
    result = invoke("known.py:conv2d", "known.py:backwards")
    assert result.exit_code == 0
    assert "  known.py:conv2d: one after the other, channel by channel, the tree ((((((" in result.stdout
    assert "channel by channel, from the last to the first" in result.stdout
