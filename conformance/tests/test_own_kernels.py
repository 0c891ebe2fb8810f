"""The examples of kernels of one's own, where the libraries that compile them are installed."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from conv2d_conformance.cli import program

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize(
    ("file", "libraries", "options"),
    [
        ("numba_conv.py", ["numba"], "?dtypes=float32,float64"),
        ("opencl_conv.py", ["pyopencl"], ""),
        ("triton_conv.py", ["torch", "triton"], "?without=dtype.float64"),
    ],
)
def test_a_kernel_answers_rightly_in_all_that_it_claims(
    file: str, libraries: list[str], options: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for library in libraries:
        pytest.importorskip(library)
    monkeypatch.setenv("TRITON_INTERPRET", "1")
    asked = CliRunner().invoke(program, ["smoke", f"{EXAMPLES / file}:conv2d{options}", "--timeout", "120"])
    assert asked.exit_code == 0, asked.output
