"""TOSA's conformance test of dot products: six data sets, and a rule for single errors, their bias and their variance.

It is re-implemented from the published formulas; the data sets are those of `cases.tosa`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from conv2d_conformance.cases.case import Recipe
from conv2d_conformance.cases.data import arrays
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cases.tosa import SETS
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.formats import FORMATS, Format
from conv2d_conformance.power.suite import MeasuredSuite, asking
from conv2d_conformance.power.suite_call import SuiteCall

SHAPES = (
    "n1c13h12w10 m9k1 bias",
    "n1c5h18w16 m7k3 p1x1 bias",
    "n2c3h17w15 m8k2 s2x1 bias",
    "n1c6h20w23 m11k3 s2x2 p1x1 bias",
    "n1c4h21w19 m6k3 p2x2 d2x2 bias",
    "n1c3h16w14 m8k5x3 p2x1 bias",
    "n1c7h33w17 m4k3x5 d1x2 bias",
    "n1c16h12w10 m16k3 p1x1 g16 bias",
    "n1c8h22w21 m16k3x2 s2x1 p1x0 g8 bias",
)
"""Seven shapes of CONV2D and two of DEPTHWISE_CONV2D, each with at least 1000 outputs."""

DTYPES = ("float32", "float16", "bfloat16")

ACCUMULATOR = FORMATS["float32"]


@cache
def _questions() -> tuple[SuiteCall, ...]:
    return tuple(
        SuiteCall.of(case, arrays(case), f"{line} {dtype} set {number}")
        for line in SHAPES
        for dtype in DTYPES
        for number in SETS
        for case in [replace(parse(line), dtype=dtype, data=Recipe(f"tosa{number}"))]
    )


def questions(claims: Capabilities) -> Sequence[SuiteCall]:  # noqa: ARG001  # as every suite has it
    return _questions()


def is_within(question: SuiteCall, answer: Array) -> bool:
    """Whether every error is small enough, and all errors together show no bias and no excessive variance."""
    out = FORMATS[answer.dtype.name]
    ref, bound = question.exact, _magnitudes(question, out)
    terms = _terms(question, out)
    most = 2.0 * terms * (3 if out is ACCUMULATOR else 1)  # three, since a float32 may be three bfloat16
    half = 2.0**-out.precision  # half a unit in the last place of 1
    got = answer.astype(np.float64)
    with np.errstate(all="ignore"):
        free = bound * (1 + most * half) > out.largest
        error = np.where(free, 0.0, (got - ref) / np.maximum(bound * half, out.normal))
    if not bool((np.abs(error) <= most).all()):
        return False
    variance = 4 * 0.4 * terms * error.size
    is_unbiased = abs(float(error.sum())) <= math.sqrt(10 * variance)
    return float((error**2).sum()) <= variance and (is_unbiased or not _may_show_bias(question))


def _magnitudes(question: SuiteCall, out: Format) -> Array:
    """The operation on magnitudes, each raised to at least the smallest normal number."""
    return question.in_float64(lambda array: np.maximum(np.abs(array), out.normal))


def _terms(question: SuiteCall, out: Format) -> int:
    bias = question.arrays["bias"]
    products = math.prod(question.given("weight").shape[1:])
    spread: float = 2.0 ** ((ACCUMULATOR.precision - out.precision) / 2)
    terms = math.ceil(products / spread)
    return terms + int(bias is not None and bool(bias.any()))


def _may_show_bias(question: SuiteCall) -> bool:
    return int(question.label[-1]) >= 3


SUITES = (
    MeasuredSuite(
        name="TOSA",
        rule=f"{len(SHAPES)} shapes of CONV2D and DEPTHWISE_CONV2D with at least 1000 outputs, the data sets S0 to S5, "
        "float32, float16 and bfloat16 summed in float32; with b the sum of magnitudes and n the terms of a sum "
        "(over 2^6.5 for float16, over 2^8 for bfloat16), every error is at most 2 n u b (float32: 6 n u b), the mean "
        "square 1.6 n, and the sum in S3 to S5 sqrt(16 n T) over T outputs, in units of u b.",
        sources=("https://www.mlplatform.org/tosa/tosa_spec.html", "https://github.com/arm/tosa-specification"),
        needs=(),
        examine=asking(questions, is_within),
    ),
)
