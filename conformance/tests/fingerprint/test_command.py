"""`fingerprint`, the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from conv2d_conformance.cli import program

ADAPTERS = """
import numpy as np
from conv2d_conformance import Adapter, Capabilities


def summing(order):
    def conv2d(input, weight, bias=None, *, padding, **others):
        (rows, columns), (KH, KW) = padding, weight.shape[2:]
        x = np.pad(input, [(0, 0), (0, 0), (rows, rows), (columns, columns)])
        OH, OW = x.shape[2] - KH + 1, x.shape[3] - KW + 1
        y = np.zeros((len(x), len(weight), OH, OW), dtype=input.dtype)
        with np.errstate(all="ignore"):
            for i, j in [*np.ndindex(KH, KW)][::order]:
                y += x[:, :, i : i + OH, j : j + OW] * weight[:, 0, i, j, None, None]
        return y

    return Adapter(name="known", version="1", conv2d=conv2d, capabilities=Capabilities(bias=False, multi_channel=False))


forwards, backwards = summing(1), summing(-1)
"""


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "known.py").write_text(ADAPTERS)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(program, ["fingerprint", "--isolation", "none", *arguments])

    return run


def test_the_page(invoke: Callable[..., Any]) -> None:
    result = invoke("known.py:forwards")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[:4] == [
        "known 1: fingerprint",
        "",
        "float32         direct; sums in float32, without FMA; one after the other, row by row; subnormals",
        "                kept; repeatable, alone and in a batch",
    ]
    assert "batch sizes     an image has the same bits in batches of up to 33" in lines
    unseen = lines.index("                many channels: the channels are not added up")
    assert lines[unseen + 1] == "                bias place, bias rounding: a bias is not claimed"


def test_as_json(invoke: Callable[..., Any]) -> None:
    result = invoke("known.py:forwards", "--format", "json")
    assert json.loads(result.stdout)["dtypes"]["float32"]["shapes"]["small"]["findings"]["fma"] == {
        "words": "none: products are rounded before they are added",
        "value": "rounded",
    }


def test_the_differences_of_two(invoke: Callable[..., Any]) -> None:
    result = invoke("known.py:forwards", "known.py:backwards")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "known.py:forwards and known.py:backwards differ",
        "",
        "float32, small: order",
        "  known.py:forwards: one after the other, row by row",
        "  known.py:backwards: one after the other, row by row, from the last to the first",
    ]
    assert invoke("known.py:forwards", "known.py:forwards").stdout == (
        "known.py:forwards and known.py:forwards have the same fingerprint\n"
    )
