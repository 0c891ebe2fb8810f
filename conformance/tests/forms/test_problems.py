"""Solutions judged within the geometry of their problem: what the problem fixes, and what can be no solution of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cli import program
from conv2d_conformance.contract.answers import Rejected, Result
from conv2d_conformance.contract.capabilities import CORE
from conv2d_conformance.diagnosis.single import looks_like
from conv2d_conformance.implementation.target import LoadError
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.question import Question

Make = Callable[..., Any]

torch = pytest.importorskip("torch")

PROBLEM = """
import torch
import torch.nn as nn

class Model(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride, padding, bias):
        super().__init__()
        self.conv2d = nn.Conv2d(in_channels, out_channels, kernel_size, stride=stride, padding=padding, bias=bias)

    def forward(self, x):
        return self.conv2d(x)

def get_inputs():
    return [torch.rand(4096, 3, 2048, 1024)]  # more memory than there is

def get_init_inputs():
    return [3, 6, (2, 3), (2, 1), (1, 0), True]
"""
LIMITS = (
    *("C == 3", "M == 6", "KH == 2", "KW == 3", "SH == 2", "SW == 1", "top == 1", "left == 0"),
    *("DH == 1", "DW == 1", "groups == 1", "bias == given"),
)
SOLUTION = """
import math
import torch

class ModelNew(torch.nn.Module):
    def __init__(self, C, M, k, stride, padding, bias):
        super().__init__()
        self.conv2d = torch.nn.Conv2d(C, M, k, bias=bias)
        self.geometry = stride, padding
        self.flat = self.conv2d.weight.detach().reshape(M, -1).clone()

    def forward(self, x):
        y = torch.nn.functional.conv2d(x, self.flat.view(self.conv2d.weight.shape), self.conv2d.bias, *self.geometry)
        return y
"""
OWN = SOLUTION.replace(
    "        self.geometry",
    "        weight = torch.empty(M, C, *k)\n"
    "        torch.nn.init.kaiming_uniform_(weight, a=math.sqrt(5))\n"
    "        self.conv2d.weight = torch.nn.Parameter(weight)\n        self.geometry",
)
INSIDE = "n2c3h5w6 m6k2x3 s2x1 p1x0 bias uniform:1"
TASK = """
description: |
  - {"size": 3}
tests:
  - {"size": 32, "kernelsize": 4, "channels": 16, "batch": 1, "seed": 4242}
  - {"size": 64, "kernelsize": 8, "channels": 32, "batch": 2, "seed": 5531}
benchmarks:
  - {"size": 64, "kernelsize": 4, "channels": 64, "batch": 4, "seed": 1}
"""
TASK_LIMITS = ("H == W", "H % 2 == 0", "KH == KW", "KH % 2 == 0", "C == M", "C % 2 == 0")
PLAIN = ("SH == 1", "SW == 1", "top == 0", "left == 0", "DH == 1", "DW == 1", "groups == 1", "bias == none")
SUBMISSION = """
import torch

def custom_kernel(data: tuple[torch.Tensor, torch.Tensor, torch.Tensor]):
    input, kernel, output = data
    output[...] = torch.nn.functional.conv2d(input, kernel)
    return output
"""


@pytest.fixture
def solution(folder: Path, implementation: Make) -> Make:
    def make(source: str = SOLUTION, problem: str = PROBLEM, options: str = "") -> Any:
        (folder / "problem.py").write_text(problem)
        return implementation(source, f"mine.py:ModelNew?problem=problem.py{options}")

    return make


@pytest.fixture
def submission(folder: Path, implementation: Make) -> Make:
    def make(source: str = SUBMISSION, task: str = TASK, options: str = "") -> Any:
        (folder / "task.yml").write_text(task)
        return implementation(source, f"mine.py:custom_kernel?problem=task.yml{options}")

    return make


def asked(implementation: Any, line: str) -> Any:
    return implementation.ask(Question(parse(line), implementation.hello.capabilities).request)


def command(*words: str) -> tuple[int, str]:
    found = CliRunner().invoke(program, [*words, "--isolation", "none"])
    return found.exit_code, " ".join(found.output.split())


def test_what_a_problem_fixes_are_the_limits_and_the_rest_is_open(solution: Make) -> None:
    hello = solution().hello
    assert hello.capabilities.limits == LIMITS
    assert hello.capabilities.features >= CORE
    assert hello.capabilities.dtypes == {"float32"}
    assert hello.operations == ("conv2d",)
    assert hello.environment["form"] == "solution"
    assert hello.environment["problem"].startswith("problem.py sha256:")
    more = solution(options="&claims=deterministic,batch-invariant&dtypes=float32,float16").hello.claimed
    assert more - hello.claimed == {"deterministic", "batch-invariant", "dtype.float16", "several-dtypes"}
    sized = solution(options="&sizes=fixed").hello.capabilities.limits
    assert sized == (*LIMITS[:-1], "N == 4096", "H == 2048", "W == 1024", LIMITS[-1])


def test_a_right_solution_is_right_and_is_asked_for_nothing_else(solution: Make) -> None:
    found = solution()
    assert isinstance(asked(found, INSIDE), Result)
    for outside in ("n1c3h5w6 m6k2x3 s1x1 p1x0 bias", "n1c3h5w6 m6k2x3 s2x1 p1x0", "n1c6h5w6 m6k2x3 s2x1 p1x0 g2 bias"):
        answer = asked(found, outside)
        assert isinstance(answer, Rejected)
        assert answer.message.startswith("the problem makes no such call: ")
    status, output = command("smoke", "mine.py:ModelNew?problem=problem.py")
    assert status == 0, output


def test_a_wrong_solution_is_diagnosed(solution: Make) -> None:
    solution(SOLUTION.replace("weight.shape), ", "weight.shape).flip(-1), "))
    status, output = command("replay", INSIDE.replace("uniform", "integers"), "mine.py:ModelNew?problem=problem.py")
    assert status == 1
    assert "your output equals a conv2d whose kernel is mirrored from left to right" in output


def test_a_run_judges_within_the_problem(solution: Make, tmp_path: Path) -> None:
    solution()
    words = ("run", "mine.py:ModelNew?problem=problem.py", "--effort", "quick", "--only", "batch.one")
    status, output = command(*words, "--output", str(tmp_path / "report.json"))
    assert status == 4, output
    assert "earns no certificate; within its limits: C == 3, M == 6, KH == 2" in output


def test_what_a_constructor_makes_of_its_weight_is_made_of_the_weight_of_the_call(solution: Make) -> None:
    weight, bias = np.ones((6, 3, 2, 3), np.float32), np.zeros(6, np.float32)
    call = solution().ask
    request = Question(parse(INSIDE), solution().hello.capabilities).request
    arrays = {**request.arrays, "weight": weight, "bias": bias}
    one, two = (
        call(type(request)(request.operation, request.arguments, {**arrays, "weight": factor * weight})).arrays[0]
        for factor in (1, 2)
    )
    assert np.array_equal(2 * one, two)
    # Nothing is kept of a weight that the solution drew in a way of its own: the parameter itself is loaded.
    kept = OWN.replace("        self.flat = self.conv2d.weight.detach().reshape(M, -1).clone()\n", "")
    assert isinstance(
        asked(solution(kept.replace("self.flat.view(self.conv2d.weight.shape)", "self.conv2d.weight")), INSIDE), Result
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            ("self.conv2d(x)", "self.conv2d(x).relu()"),
            "its Model computes convolution, relu (what is judged here is one",
        ),
        (("self.conv2d(x)", "self.conv2d(x) + 1"), "its Model computes convolution, add"),
        (("self.conv2d(x)", "self.conv2d(x)[:, :1]"), "its Model computes convolution, slice"),
        (("self.conv2d(x)", "x"), "its Model computes nothing"),
        (("nn.Conv2d", "nn.ConvTranspose2d"), "a convolution that is no conv2d of the whole input"),
        (("self.conv2d(x)", "nn.functional.conv2d(x, torch.ones(1, 3, 1, 1))"), "its Model computes ones, convolution"),
        (("def forward", "    self.other = nn.Linear(1, 1)\n\n    def forward"), "something else than its parameters"),
        (("return [3, 6,", "return [3,"), "the Model of problem.py raised TypeError"),
        (("get_inputs", "inputs"), "problem.py is no problem of KernelBench: it has no get_inputs"),
        (("import torch.nn as nn", "import torch.nm as nn"), "the problem file problem.py raised ModuleNotFoundError"),
    ],
)
def test_a_problem_that_is_no_conv2d_is_refused(solution: Make, change: tuple[str, str], told: str) -> None:
    with pytest.raises(LoadError) as caught:
        solution(problem=PROBLEM.replace(*change))
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("source", "options", "told"),
    [
        (
            SOLUTION.replace("bias=bias)", "bias=False)"),
            "",
            "it has no parameter bias, or more than one: its parameters",
        ),
        (
            SOLUTION.replace("(C, M, k,", "(C, M, 5,"),
            "",
            "the weight of the problem is (6, 3, 2, 3): its parameters are",
        ),
        (
            SOLUTION.replace(
                "        self.flat", "        self.scale = torch.nn.Parameter(torch.ones(1))\n        self.flat"
            ),
            "",
            "the problem has no parameters but weight and bias",
        ),
        (OWN, "", "it draws its weight without torch.nn.Conv2d, and keeps what it may have made of them"),
        (SOLUTION.replace("super()", "1 / 0\n        super()"), "", "constructed as its problem says, it raised Zero"),
        (SOLUTION, "&sizes=some", "sizes=some is not known"),
        (SOLUTION, "&claims=padding.same", "padding.same cannot be claimed: its problem makes no such call"),
        (SOLUTION, "&claims=gradients", "gradients cannot be claimed: its problem makes no such call"),
        (SOLUTION, "&arrays=torch", "arrays is no option of such a target"),
    ],
)
def test_what_can_be_no_solution_is_told(solution: Make, source: str, options: str, told: str) -> None:
    with pytest.raises(LoadError) as caught:
        solution(source, options=options)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("source", "problem", "told"),
    [
        (SOLUTION, f"{PROBLEM}\nexit(0)\n", "the problem file problem.py raised SystemExit: 0"),
        (SOLUTION, PROBLEM.replace("return self.conv2d(x)", "exit(0)"), "the Model of problem.py raised SystemExit: 0"),
        (
            SOLUTION.replace("super()", "exit(0)\n        super()"),
            PROBLEM,
            "as its problem says, it raised SystemExit: 0",
        ),
    ],
)
def test_what_would_end_python_is_told_with_the_way_out(solution: Make, source: str, problem: str, told: str) -> None:
    with pytest.raises(LoadError) as caught:
        solution(source, problem=problem)
    assert told in caught.value.sentence
    assert caught.value.hint == 'call sys.exit() only under if __name__ == "__main__"'


def test_a_problem_that_is_not_there_is_told(implementation: Make) -> None:
    for source, text in ((SOLUTION, "mine.py:ModelNew"), (SUBMISSION, "mine.py:custom_kernel")):
        with pytest.raises(LoadError, match=r"file 'none\.x'"):
            implementation(source, f"{text}?problem=none.x")


def test_what_the_calls_of_a_task_have_in_common_are_the_limits(submission: Make) -> None:
    hello = submission().hello
    assert hello.capabilities.limits == (*TASK_LIMITS, *PLAIN)
    assert hello.capabilities.features >= CORE
    assert hello.environment["problem"].startswith("task.yml sha256:")
    sized = submission(options="&sizes=fixed").hello.capabilities.limits
    among = ("H == W", "H in {32, 64}", "KH == KW", "KH in {4, 8}", "C == M", "C in {16, 32, 64}", "N in {1, 2, 4}")
    assert sized == (*among, *PLAIN)
    odd = submission(task=TASK.replace('"size": 32', '"size": 31')).hello.capabilities.limits
    assert set(TASK_LIMITS) - set(odd) == {"H % 2 == 0"}


def test_a_submission_is_judged_within_its_task(submission: Make) -> None:
    picky = SUBMISSION.replace(
        "    output[", "    assert input.shape[2] == input.shape[3] and not input.shape[1] % 2\n    output["
    )
    found = submission(picky)
    assert isinstance(asked(found, "n1c4h6w6 m4k2x2"), Result)
    answer = asked(found, "n1c4h6w6 m4k2x2 bias")
    assert answer == Rejected("ValueError", "the problem makes no such call: bias == none does not hold")
    assert command("smoke", "mine.py:custom_kernel?problem=task.yml")[0] == 0


def test_a_wrong_submission_is_diagnosed(submission: Make) -> None:
    found = submission(SUBMISSION.replace("(input, kernel)", "(input, kernel.flip(-1, -2))"))
    question = Question(parse("n1c2h4w4 m2k2x2 integers:1"), found.hello.capabilities)
    answer = found.ask(question.request)
    fault = judge(question, answer).fault
    assert fault is not None
    told = looks_like(question, answer, fault)
    assert told.startswith("your output equals a conv2d whose kernel is flipped (true convolution)")


@pytest.mark.parametrize("task", ["", "tests:\n  - {size: 3}\n", TASK.replace("size", "seed"), "\ud800"])
def test_a_task_without_calls_is_told(submission: Make, folder: Path, task: str) -> None:
    (folder / "task.yml").write_bytes(task.encode(errors="surrogatepass"))
    with pytest.raises(LoadError, match=r"task\.yml"):
        submission(task=task) if task.isprintable() and task else submission(task=task.replace("\ud800", ""))
