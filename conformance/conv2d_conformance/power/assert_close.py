"""A typical unit test: normal numbers, a handful of shapes, and `torch.testing.assert_close`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.arrays import Array, dtype_of
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.power.suite import MeasuredSuite, asking
from conv2d_conformance.power.suite_call import SuiteCall
from conv2d_conformance.power.torch_rule import SOURCE, TOLERANCES, is_close

SHAPES = (
    "n1c1h5w5 m1k3",
    "n2c3h8w8 m4k3 p1x1 bias",
    "n2c4h16w16 m8k3 s2x2 p1x1 bias",
    "n1c8h14w14 m16k1 bias",
    "n2c4h15w15 m4k5 p2x2 d2x2 bias",
    "n2c8h12w12 m8k3 p1x1 g2 bias",
    "n1c16h10w10 m16k3 p1x1 g16",
    "n1c64h28w28 m64k3 p1x1 bias",
)


@cache
def _questions() -> tuple[SuiteCall, ...]:
    cases = [parse(line) for line in SHAPES]
    return tuple(
        SuiteCall.of(case, normal(case, seed), line)
        for seed, (line, case) in enumerate(zip(SHAPES, cases, strict=True))
    )


def questions(claims: Capabilities) -> Sequence[SuiteCall]:  # noqa: ARG001  # as every suite has it
    return _questions()


def normal(case: Case, seed: int) -> dict[str, Array | None]:
    """Arrays of normal numbers with mean 0 and deviation 1."""
    random = np.random.default_rng(seed)
    return {
        name: None if shape is None else random.standard_normal(shape).astype(dtype_of(case.dtype))
        for name, shape in case.shapes.items()
    }


SUITES = (
    MeasuredSuite(
        name="assert_close",
        rule=f"{len(SHAPES)} float32 calls of shapes that unit tests use, N(0, 1) data; "
        f"torch.testing.assert_close with its defaults ({TOLERANCES}) against the exact result, rounded.",
        sources=(SOURCE,),
        needs=("torch",),
        examine=asking(questions, is_close),
    ),
)
