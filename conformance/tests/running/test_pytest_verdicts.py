"""Under pytest the verdicts are those of `run`, and a failure is its own text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from conv2d_conformance.running.session import PACKAGE

WRONG = "conv2d_conformance.mutants.geometry:stride_as_width_height"

LENIENT = """
from dataclasses import replace

from conv2d_adapters.reference_direct import adapter as right


def conv2d(input, weight, bias=None, **attributes):
    for name in ("stride", "padding", "dilation"):
        if isinstance(attributes.get(name), tuple):
            pair = attributes[name]
            attributes[name] = tuple(int(n) if isinstance(n, float) and n.is_integer() else n for n in pair)
    return right.conv2d(input, weight, bias, **attributes)


adapter = replace(right, name="lenient", conv2d=conv2d)
"""
"""Takes whole floats for integers, which a requirement of level SHOULD is about."""


@pytest.fixture
def session(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Run checks under a pytest in this process; the exit status, and what it printed."""

    def run(*arguments: str) -> tuple[int, str]:
        settings = ["-c", str(PACKAGE / "pytest.ini"), "--rootdir", str(PACKAGE), "--assert=plain"]
        plugins = ["-p", "conv2d_conformance.plugin", "-p", "no:cacheprovider", "-p", "no:hypothesispytest"]
        options = ["--conv2d-effort=quick", "--conv2d-isolation=none", *arguments, str(PACKAGE / "checks")]
        status = pytest.main([*settings, *plugins, *options])
        return int(status), capfd.readouterr().out

    return run


def test_a_failure_is_its_own_text_and_the_verdict_comes_last(session: Callable[..., tuple[int, str]]) -> None:
    status, shown = session(f"--conv2d-target={WRONG}", "-k", "pair_order")
    assert status == 1
    failures, _, end = shown.partition("= conv2d-conformance =")
    block = failures.rpartition("test_pair_order ___")[2].splitlines()[1:-1]
    assert block[0] == "FAIL  arguments.pair-order  MUST"
    assert [line.split()[0] for line in block[3:]] == ["looks", "got", "required", "replay"]
    assert "hypothesis/" not in shown
    assert "Nonconforming" not in shown
    assert "not conforming: 1 requirement broken (arguments.pair-order)" in end


def test_the_way_to_a_failure_is_shown_on_request(session: Callable[..., tuple[int, str]]) -> None:
    status, shown = session(f"--conv2d-target={WRONG}", "-k", "pair_order", "--full-trace")
    assert status == 1
    assert "verdict.examining.Nonconforming" in shown


def test_what_decides_nothing_breaks_no_build(session: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    (tmp_path / "lenient.py").write_text(LENIENT)
    target = f"--conv2d-target={tmp_path / 'lenient.py'}:adapter"
    status, shown = session(target, "-k", "whole_floats or padding_string", "-rx")
    assert status == 0
    assert "1 passed" in shown
    assert "1 xfailed" in shown
    assert "test_whole_floats - SHOULD decides nothing: got a result of shape" in shown
    assert "every MUST that is selected holds (some checks); a selection earns no certificate" in shown
    status, shown = session(target, "--conv2d-only=validation.whole-floats")
    assert status == 0
    assert "no MUST is selected that is claimed (validation.whole-floats)" in shown


def test_no_session_is_a_success_that_a_run_is_not(session: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    """Here all checks pass that are made, and the core is not claimed."""
    (tmp_path / "bare.py").write_text(LENIENT + "\nfrom conv2d_conformance import Capabilities\n")
    with (tmp_path / "bare.py").open("a") as file:
        file.write("adapter = replace(adapter, capabilities=Capabilities(groups=False))\n")
    status, shown = session(f"--conv2d-target={tmp_path / 'bare.py'}:adapter", "-k", "test_bias and absent")
    assert "1 passed" in shown
    assert "partial: no groups" in shown
    assert status == 1
