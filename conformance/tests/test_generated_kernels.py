"""The kernels by which many targets are measured are what they are called: right ones, and wrong ones."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.question import Question

LINES = (
    "n3c4h7w6 m6k3x2 s2x1 p1x1 d1x1 g2 bias float32 integers:1",
    "n3c4h9w8 m6k3x3 s1x1 p2x2 d2x1 g1 bias float64 integers:2",
    "c4h9w8 m6k3x3 s1x1 p1x1 d1x1 g1 bias float32 integers:3",
    "n3c4h9w8 m6k3x2 s1x1 same d1x1 g1 bias float16 integers:4",
    "n3c4h9w8 m6k3x3 s1x1 p2x2 d1x1 g1 bias float32 integers:5 circular",
    "n0c4h9w8 m6k3x3 s1x1 p2x2 d1x1 g1 bias float32 integers:6",
    "n2c4h9w8 m6k2x3 s1x2 p0x0 d1x2 g1 nobias float16 uniform:7",
    "n1c1h1w1 m1k1x1 s1x1 p0x0 d1x1 g1 nobias float64 x[0,0,0,0]=-1.6797928909595679 w[0,0,0,0]=-1.922490176674378",
)
"""Calls that meet each condition of the wrong kernels, with data of integers in which `coarse` shows too.

The last one is a product that differs when it is rounded to 80 bits first, as a right kernel of class A-tc may.
"""


@pytest.fixture
def kernels(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    return importlib.import_module("generated_kernels")


def is_wrong(adapter: Any) -> bool:
    asked = InProcess(adapter)
    questions = [Question(parse(line), asked.hello.capabilities) for line in LINES]
    return any(judge(question, asked.ask(question.request)).outcome != "pass" for question in questions)


def test_they_are_two_hundred_and_each_is_what_it_is_called(kernels: Any) -> None:
    pytest.importorskip("torch")
    assert len(kernels.RIGHT) + len(kernels.WRONG) == 200
    assert [name for name in kernels.RIGHT if is_wrong(getattr(kernels, name))] == []
    assert [name for name in kernels.WRONG if not is_wrong(getattr(kernels, name))] == []


def test_who_is_wrong_under_a_condition_is_right_elsewhere(kernels: Any) -> None:
    plain = parse("n2c4h9w8 m6k2x3 s1x1 p0x0 d1x1 g1 bias float32 integers:1")
    for name in kernels.WRONG:
        asked = InProcess(getattr(kernels, name))
        question = Question(plain, asked.hello.capabilities)
        assert (judge(question, asked.ask(question.request)).outcome == "pass") == ("always" not in name), name
