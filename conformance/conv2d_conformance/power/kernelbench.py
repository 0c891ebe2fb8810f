"""KernelBench: one problem, five random inputs, `torch.allclose`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.power.suite import AcceptanceRule, MeasuredSuite, asking
from conv2d_conformance.power.suite_call import SuiteCall

PROBLEM = "n2c3h224w224 m96k11 s4x4 p2x2 bias"
"""Problem 50 of level 1, the first layer of AlexNet, with 2 images instead of 256."""

TRIALS = 5


@cache
def _questions() -> tuple[SuiteCall, ...]:
    """Five calls of one layer, initialised as nn.Conv2d is. Each input is newly drawn, uniform over [0, 1)."""
    case = parse(PROBLEM)
    reach = 1 / math.sqrt(math.prod(case.weight_shape[1:]))
    weight, bias = (_uniform(seed, shape, -reach, reach) for seed, shape in ((0, case.weight_shape), (1, (case.M,))))
    return tuple(
        SuiteCall.of(
            case,
            {"input": _uniform(2 + trial, case.input_shape, 0, 1), "weight": weight, "bias": bias},
            f"{PROBLEM}, trial {trial}",
        )
        for trial in range(TRIALS)
    )


def _uniform(seed: int, shape: tuple[int, ...], low: float, high: float) -> Array:
    return np.random.default_rng(seed).uniform(low, high, shape).astype(np.float32)


def questions(claims: Capabilities) -> Sequence[SuiteCall]:  # noqa: ARG001  # as every suite has it
    return _questions()


def within(tolerance: float) -> AcceptanceRule:
    """A rule with one number for both tolerances, relative to the answer."""

    def is_close(question: SuiteCall, answer: Array) -> bool:
        return bool(np.allclose(question.expected, answer, rtol=tolerance, atol=tolerance))

    return is_close


def _suite(name: str, tolerance: float, when: str) -> MeasuredSuite:
    return MeasuredSuite(
        name=name,
        rule=f"Problem 50 of level 1 (the first layer of AlexNet) in float32 with 2 images in place of 256: "
        f"{TRIALS} inputs uniform over [0, 1), weights as nn.Conv2d draws them; "
        f"allclose with rtol = atol = {tolerance:g}{when}.",
        sources=("https://github.com/ScalingIntelligence/KernelBench/blob/main/src/kernelbench/eval.py",),
        needs=(),
        examine=asking(questions, within(tolerance)),
    )


SUITES = (
    _suite("KernelBench v0", 1e-2, ", the rule of v0 and v0.1"),
    _suite("KernelBench", 1e-4, ", the rule since then for float32"),
)
