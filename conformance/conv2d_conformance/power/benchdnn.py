"""oneDNN's benchdnn: integers with so many zeros that sums stay exact, and no tolerance.

It knows the arithmetic under test: another arithmetic than the default has its own data, and Winograd has a tolerance.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.contract.arrays import Array, dtype_of
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.formats import FORMATS
from conv2d_conformance.power.suite import MeasuredSuite, asking
from conv2d_conformance.power.suite_call import SuiteCall

BASIC = (
    "n2c3h5w5 m16k3 p1x1",
    "n2c3h5w5 m17k3 p1x1",
    "n2c3h8w8 m17k3 s2x2 p1x1",
    "n2c16h5w5 m16k1",
    "n2c17h5w5 m17k1",
    "n2c17h8w8 m17k1 s2x2",
    "n2c16h5w5 m16k3 p1x1",
    "n2c17h5w5 m17k3 p1x1",
    "n2c17h8w8 m17k3 s2x2 p1x1",
    "n2c16h5w5 m16k3 p3x3",
    "n2c17h5w5 m17k3 p3x3",
    "n2c17h8w8 m17k3 s2x2 p3x3",
    "n2c16h5w5 m16k3 p1x1 g4",
    "n2c20h5w5 m20k3 p1x1 g4",
    "n2c20h8w8 m20k3 s2x2 p1x1 g4",
    "n2c16h5w5 m16k3 p1x1 g16",
    "n2c17h5w5 m17k3 p1x1 g17",
    "n2c17h8w8 m17k3 s2x2 p1x1 g17",
)
"""The two-dimensional shapes of shapes_basic, as test_conv_ci runs them."""

REGRESSIONS = (
    "n2c16h7w7 m16k5 p2x2 float32",
    "n2c16h29w29 m16k5 p2x2 float32",
    "n2c32h41w79 m32k10x5 s2x1 bias float32",
    "n1c4h13w13 m4k3 p1x1 bias float32",
    "n1c16h7w7 m16k3 p1x1 float32",
    "n1c128h1w1 m256k3 s2x2 p1x1 float32",
    "n1c4h8w8 m16k3 g2 float32",
    "n1c16h8w8 m32k3 p1x1 g2 float32",
    "n1c8h8w8 m32k3 p1x1 g2 float32",
    "n1c4h8w8 m32k3 p1x1 g2 float32",
    "n1c22h8w8 m32k3 g2 float32",
    "n1c6h5w5 m16k1 g2 float32",
    "n2c16h9w9 m17k1 float32",
    "n2c16h9w9 m17k3 p1x1 float32",
    "n1c113h1w1 m113k3 p1x1 g113 float32",
    "n2c48h23w12 m134k2x1 s2x13 p1x14 float32",
    "n2c256h9w9 m324k3 s3x3 p1x1 bias bfloat16",
    "n2c4h6w6 m4k3 g4 bias bfloat16",
    "n1c256h56w56 m64k1 float16",
)
"""The forward problems of harness_conv_regression_general in these dtypes that pad both sides alike."""

PADDINGS = (
    *(f"n1c16h10w10 m16k{k} p{p}x{p} float32" for k, most in ((5, 7), (3, 5), (1, 3)) for p in range(1, most + 1)),
    "n1c128h1w1 m16k3 p1x1 float32",
)
"""The shapes of shapes_regression_padding."""

_TAILS = (
    *((32, 13), (64, 33), (19, 32), (20, 32), (21, 64), (23, 64), (24, 32), (25, 32), (27, 64), (28, 64)),
    *((29, 32), (19, 33), (20, 31), (21, 25), (23, 35), (24, 34), (25, 24), (27, 30), (28, 20), (29, 65)),
)
"""Numbers of input and output channels that are not multiples of 16."""

TAILS = (
    *(f"n2c{C}h13w13 m{M}k3 p1x1 bias float32" for C, M in _TAILS[1::2]),
    *(f"n2c{C}h13w13 m{M}k1 bias float32" for C, M in _TAILS),
    *(f"n2c{C}h5w5 m{C}{kernel} bias float32" for C in (65, 153, 207) for kernel in ("k3 p1x1", "k1")),
    "n2c4h84w84 m16k8 s4x4 bias float32",
)
"""The two-dimensional shapes of shapes_tails that pad both sides alike and cost little."""

DILATED = (
    "n2c4h8w8 m6k3 s2x1 p1x1 d2x1 bias float32",
    "n2c64h19w19 m64k3 p6x6 d6x6 bias float32",
)
"""Like harness_conv_dilated: one of its shapes with equal padding on both sides, and fc6 of SSD with fewer channels."""

LAYERS = (
    "n1c64h56w56 m64k3 p1x1 bias float32",
    "n1c256h14w14 m256k3 p1x1 bias float32",
    "n1c512h7w7 m512k3 p1x1 bias float32",
    "n1c96h112w112 m96k3 s2x2 p1x1 g96 bias float32",
)
"""Layers of ResNet-50 and MobileNetV2, as in its sets of topologies."""

OTHERS = (*REGRESSIONS, *PADDINGS, *TAILS, *DILATED, *LAYERS)

RANGES = {"float32": (32, 32), "bfloat16": (4, 4), "float16": (4, 2)}
BIAS = 8

OTHER_INPUTS = ("R-tf32", "R-bf16", "R-fp16")
WINOGRAD = ("B2", "B4", "B6")


@dataclass(frozen=True, slots=True)
class Fill:
    """The ranges of the elements, the bits of the sums, and a tolerance, which is 0 except for Winograd's algorithm."""

    input: tuple[int, int]
    weight: tuple[int, int]
    bits: int
    tolerance: float = 0.0

    @property
    def exact_terms(self) -> int:
        """The number of products that add up without rounding."""
        largest = [max(abs(low), abs(high)) for low, high in (self.input, self.weight)]
        return int(2**self.bits // math.prod(largest))


def fill_of(dtype: str, grade: str) -> Fill | None:
    """How benchdnn fills arrays for an arithmetic; None where it does not test it."""
    bits = FORMATS[dtype].precision
    if grade in WINOGRAD:
        return {
            "float32": Fill((-16, 128), (2, 64), bits, tolerance=2e-5),
            "float16": Fill((-2, 16), (1, 6), bits, tolerance=7e-3),
        }.get(dtype)
    x, w = RANGES["bfloat16" if grade in OTHER_INPUTS else dtype]
    return Fill((-x, x), (-w, w), bits)


@dataclass(frozen=True, eq=False)
class BenchdnnCall(SuiteCall):
    """A call with its tolerance."""

    tolerance: float = 0.0


@cache
def _problems(grades: frozenset[tuple[str, str]]) -> tuple[BenchdnnCall, ...]:
    claimed = dict(grades)
    found = ((line, case, fill_of(case.dtype, claimed.get(case.dtype, ""))) for line, case in _cases())
    return tuple(
        BenchdnnCall(line, filled(case, fill), case.arguments, tolerance=fill.tolerance)
        for line, case, fill in found
        if fill is not None
    )


def _cases() -> Iterator[tuple[str, Case]]:
    basic = (f"{line}{bias} {dtype}" for line in BASIC for dtype in RANGES for bias in (" bias", ""))
    return ((line, parse(line)) for line in (*basic, *OTHERS))


def filled(case: Case, fill: Fill) -> dict[str, Array | None]:
    """Arrays of integers; the input has zeros where a sum of this many products could round."""
    random = np.random.default_rng(zlib.crc32(format_case(case).encode()))
    density = min(1.0, fill.exact_terms / math.prod(case.weight_shape[1:]))
    (low, high), kept = fill.input, random.random(case.input_shape) < density
    x = np.where(kept, random.integers(low, high, case.input_shape, endpoint=True), 0)
    x.flat[0] = random.integers(1, high, endpoint=True)
    w = random.integers(*fill.weight, case.weight_shape, endpoint=True)
    b = random.integers(-BIAS, BIAS, case.M, endpoint=True) if case.bias else None
    named = {"input": x, "weight": w, "bias": b}
    return {name: None if array is None else array.astype(dtype_of(case.dtype)) for name, array in named.items()}


def questions(claims: Capabilities) -> Sequence[SuiteCall]:
    return _problems(frozenset(claims.grades.items()))


def is_equal(question: SuiteCall, answer: Array) -> bool:
    """Whether the answer is equal, or close under Winograd's tolerance: each element, or all by their norm."""
    assert isinstance(question, BenchdnnCall)
    got, expected = answer.astype(np.float64), question.expected.astype(np.float64)
    difference = np.abs(got - expected)
    if question.tolerance == 0:
        return bool((difference == 0).all())
    scale = np.where(np.abs(expected) > 1e-5, np.abs(expected), 1.0)
    is_close_by_norm = bool(np.linalg.norm(difference) <= question.tolerance * np.linalg.norm(expected))
    return is_close_by_norm or bool((difference <= question.tolerance * scale).all())


SUITES = (
    MeasuredSuite(
        name="benchdnn",
        rule=f"The {len(BASIC)} two-dimensional shapes of test_conv_ci with and without bias in float32, bfloat16 and "
        f"float16, {len(REGRESSIONS)} forward problems of its regression harness, {len(PADDINGS)} of paddings, "
        f"{len(TAILS)} of tails of channels, {len(DILATED)} dilated ones, {len(LAYERS)} layers of networks; integers "
        "to 32 (bfloat16 4; float16 4 and 2), bias to 8, the input thinned out at random so that sums are exact; "
        "equality with the exact result, rounded. Where less accuracy is claimed, the fill for that arithmetic "
        "(--attr-fpmath), and for Winograd the relative error 2e-5 (float16 7e-3), of each element or in the norm.",
        sources=(
            "https://github.com/uxlfoundation/oneDNN/tree/main/tests/benchdnn/inputs/conv",
            "https://github.com/uxlfoundation/oneDNN/blob/main/tests/benchdnn/conv/cfg.cpp",
        ),
        needs=(),
        examine=asking(questions, is_equal),
    ),
)
