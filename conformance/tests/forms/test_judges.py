"""Solutions as judges of kernels take them: one tuple of arrays, or a layer class of theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.answers import Broken
from conv2d_conformance.contract.capabilities import CORE
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.question import Question

Make = Callable[..., Any]

torch = pytest.importorskip("torch")

SUBMISSION = """
import torch
from typing import TypeVar

data_of = TypeVar("data_of", bound=tuple[torch.Tensor, torch.Tensor, torch.Tensor])

def custom_kernel(data: data_of):
    input, kernel, output = data
    result = torch.nn.functional.conv2d(input, kernel)
"""
WRITES = SUBMISSION + "    output[...] = result\n    return output\n"
RETURNS = SUBMISSION + "    return result\n"
CASE = "n2c3h7w9 m4k3x2 uniform:1"


def outcome(implementation: InProcess, line: str = CASE) -> Any:
    question = Question(parse(line), implementation.hello.capabilities)
    return judge(question, implementation.ask(question.request)).outcome


@pytest.mark.parametrize("source", [WRITES, RETURNS])
def test_a_custom_kernel_writes_to_its_memory_or_returns_its_own(implementation: Make, source: str) -> None:
    found = implementation(source, "mine.py:custom_kernel")
    assert not found.hello.capabilities.features & (CORE - {"multi-channel"})
    assert found.hello.environment["arrays"].startswith("torch ")
    assert outcome(found) == "pass"


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        (
            WRITES.replace("output[...] = result", "output[1:] = result[1:]"),
            "nan at y[0,0,0,0]; 160 of 320",
        ),
        (WRITES.replace("output[...] = result", "pass"), "nan at y[0,0,0,0]; 320 of 320 elements are wrong"),
        (RETURNS.replace("(input, kernel)", "(input, kernel.flip(-1))"), "320 of 320 elements are wrong"),
        (RETURNS.replace("(input, kernel)", "(input.half(), kernel.half()).float()"), "elements are wrong"),
    ],
)
def test_a_wrong_one_is_told(implementation: Make, source: str, fault: str) -> None:
    found = implementation(source, "mine.py:custom_kernel")
    question = Question(parse(CASE), found.hello.capabilities)
    told = judge(question, found.ask(question.request)).fault
    assert told is not None
    assert fault in told.got


def test_what_is_written_beside_a_memory_that_is_not_used_is_seen(implementation: Make) -> None:
    source = RETURNS.replace(
        "    result", "    output.as_strided((1,), (1,), output.storage_offset() - 1)[0] = 0\n    result"
    )
    found = implementation(source, "mine.py:custom_kernel")
    (observation,) = found.ask(Question(parse(CASE), found.hello.capabilities).request).observed
    told = "the call wrote 4 bytes outside of its output, the first of them 4 bytes before the start"
    assert (observation.kind, observation.sentence) == ("guard-changed", told)


def test_nothing_is_no_answer(implementation: Make) -> None:
    found = implementation(SUBMISSION, "mine.py:custom_kernel")
    answer = found.ask(Question(parse(CASE), found.hello.capabilities).request)
    assert answer == Broken("not-an-array", "conv2d returned None, not a torch.Tensor")


def test_a_solution_is_a_layer_whose_weight_lies_within_it(implementation: Make) -> None:
    source = """
import torch

class ModelNew(torch.nn.Module):
    def __init__(self, in_channels: int, out_channels: int, kernel_size: tuple, stride: int = 1, bias: bool = False):
        super().__init__()
        self.conv2d = torch.nn.Conv2d(in_channels, out_channels, kernel_size, stride=stride, bias=bias)

    def forward(self, x):
        return self.conv2d(x)
"""
    right, wrong = source, source.replace("self.conv2d(x)", "self.conv2d(x.clamp(min=0))")
    case = "n2c3h7w9 m4k3x2 s2x1 bias uniform:1"
    assert outcome(implementation(right, "mine.py:ModelNew"), case) == "pass"
    assert outcome(implementation(wrong, "mine.py:ModelNew"), case) == "fail"
