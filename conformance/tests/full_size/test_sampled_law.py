"""The law of a sampled element is that of the whole call, and the sample has the places where sizes break."""

from __future__ import annotations

import math

import numpy as np
import pytest

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.grades import TRANSFORMS, class_names
from conv2d_conformance.full_size.sampled_law import laws_at
from conv2d_conformance.full_size.sampled_places import sampled_places
from conv2d_conformance.law.allowed import Allowed
from conv2d_conformance.verdict.question import Question
from large_calls import called

LINES = (
    "n2c4h5w4 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 bell:7",
    "c3h4w5 m2k3x3 p1 float64 cancelling:1",
    "n2c4h3w4 m4k3x2 p2x1 g4 bias bfloat16 bell:7 replicate",
    "n2c2h3w4 m2k3x2 p2x1 bias float16 exact:5 circular",
)


def flat(law: Allowed) -> list[tuple[float, ...]]:
    parts = np.broadcast_arrays(law.high, law.low, law.bound, law.fixed, law.evident)
    return list(zip(*(part.ravel().tolist() for part in parts), strict=True))


@pytest.mark.parametrize("operation", ["", " grad"])
@pytest.mark.parametrize("line", LINES)
def test_the_law_of_every_element_is_that_of_the_whole_call(line: str, operation: str) -> None:
    case = parse(line + operation)
    for grade in class_names(case.subject):
        if grade in TRANSFORMS:
            continue
        question = Question(case, grade=grade)
        call, expected = called(case), flat(question.law)
        found = []
        for name, shape in question.shapes.items():
            if shape is None:
                continue
            of_four = shape if len(shape) in (1, 4) else (1, *shape)
            for places, law in laws_at(call, name, [*np.ndindex(of_four)], question.accuracy, flushed=False):
                assert law.high.shape == (1, len(places), 1, 1)
                found += flat(law)
        assert len(found) == len(expected)
        for got, wanted in zip(found, expected, strict=True):
            # The exact value, and what is fixed, are the same; float64 adds up the bound in another order.
            assert got[0] + got[1] == pytest.approx(wanted[0] + wanted[1], rel=2.0**-45, abs=2.0**-45)
            assert got[2] == pytest.approx(wanted[2], rel=2.0**-40, abs=2.0**-90)
            assert got[3:4] == wanted[3:4]


def test_the_sample_has_corners_and_both_sides_of_every_power_of_two() -> None:
    shape = (5, 130, 70, 33)
    found = sampled_places(shape, 1000, np.random.default_rng(1))
    assert len(found) == len(set(found)) <= 1000
    assert all(all(0 <= i < size for i, size in zip(index, shape, strict=True)) for index in found)
    assert {(0, 0, 0, 0), (4, 129, 69, 32), (0, 129, 0, 32)} <= set(found)
    for axis, size in enumerate(shape):
        for power in range(1, 8):
            if 2**power < size:
                assert {2**power - 1, 2**power} <= {index[axis] for index in found}
    places = {int(np.ravel_multi_index(index, shape)) for index in found}
    assert {2**16 - 1, 2**16, 2**18 - 1, 2**18} <= places
    parts = np.histogram(sorted(places), bins=100, range=(0, math.prod(shape)))[0]
    assert parts.min() >= 1


def test_a_small_answer_is_sampled_whole() -> None:
    assert sampled_places((2, 3, 1, 4), 24, np.random.default_rng(1)) == [*np.ndindex((2, 3, 1, 4))]
    assert len(sampled_places((2, 3, 1, 4), 10, np.random.default_rng(1))) == 10
