"""A wrong element of integers is found where it is, and nothing else is called wrong."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from conv2d_conformance.cases.few_integers import few_integers
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.formats import FORMATS
from conv2d_conformance.full_size import field, identities, planes
from conv2d_conformance.full_size.whole_numbers import NoSuchSum, WholeNumbers
from conv2d_conformance.full_size.windows import exact_sum
from conv2d_conformance.full_size.wrong_element import PARTS, wrong_element
from conv2d_conformance.verdict.question import Question
from large_calls import called, right_answers

LINES = (
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 exact:7",
    "c3h7w5 m4k3x3 p1 float64 exact:1",
    "n3c6h9w10 m6k3x2 s2x1 p1x2 g6 reflect float16 exact:7",
    "n2c4h9w10 m6k3x2 same g2 bias bfloat16 exact:7 circular",
    "n2c4h11w8 m6k3x2 p3 g2 bias float32 exact:7 replicate",
    "n1c1h1w1 m1k1 float32 exact:3",
    "n40c2h4w4 m3k4 float32 exact:3",
    "n2c3h30w31 m5k5x7 s3x2 p4x2 bias float32 exact:4",
)


@pytest.mark.parametrize("operation", ["", " grad"])
@pytest.mark.parametrize("line", LINES)
def test_the_wrong_element_is_found_and_a_right_answer_passes(line: str, operation: str) -> None:
    case = parse(line + operation)
    call = called(case)
    numbers = WholeNumbers(few_integers(case, FORMATS[case.dtype].precision).largest_sum)
    generator = np.random.default_rng(5)
    for name, right in right_answers(case).items():
        assert wrong_element(call, name, right, numbers) is None
        for error in (1, -1, 2**7):
            index = tuple(int(generator.integers(size)) for size in right.shape)
            wrong = right.copy()
            wrong[index] += error if abs(float(right[index]) + error) <= numbers.largest else -error
            found = wrong_element(call, name, wrong, numbers)
            assert found is not None
            assert (found.index, found.got, found.required) == (index, float(wrong[index]), int(right[index]))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.5, 2.0**25])
def test_what_no_sum_can_be_is_found_first(value: float) -> None:
    case = parse("n2c3h30w40 m5k3 float32 exact:1")
    answer = right_answers(case)["output"]
    answer[1, 3, 20, 17] = value
    answer[1, 4, 0, 0] += 1
    found = wrong_element(called(case), "output", answer, WholeNumbers(2**24))
    assert found is not None
    assert found.index == (1, 3, 20, 17)
    assert found.got == value or math.isnan(value)


def test_where_answers_are_rounded_to_integers_only_more_than_half_is_wrong() -> None:
    case = parse("n2c3h8w9 m5k3 float32 exact:1")
    answer = right_answers(case)["output"]
    answer[1, 3, 2, 4] += 0.375
    assert wrong_element(called(case), "output", answer, WholeNumbers(2**24, rounds=True)) is None
    answer[1, 3, 2, 4] += 0.25
    found = wrong_element(called(case), "output", answer, WholeNumbers(2**24, rounds=True))
    assert found is not None
    assert found.index == (1, 3, 2, 4)


@pytest.mark.parametrize("band", [7, 64, 1 << 20])
def test_tiles_of_every_size_give_the_same(band: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small tiles stand for arrays that have many."""
    for name in ("BAND", "TILE", "FLAT"):
        monkeypatch.setattr(planes, name, band)
    monkeypatch.setattr(identities, "BAND", band)
    for operation in ("", " grad"):
        case = parse(f"n3c4h9w10 m6k3x2 s2x1 p1x2 g2 bias float32 exact:7{operation}")
        for name, answer in right_answers(case).items():
            assert wrong_element(called(case), name, answer, WholeNumbers(2**24)) is None
            answer[tuple(size - 1 for size in answer.shape)] += 1
            found = wrong_element(called(case), name, answer, WholeNumbers(2**24))
            assert found is not None
            assert found.index == tuple(size - 1 for size in answer.shape)


def test_products_of_residues_are_exact_at_their_limits() -> None:
    """All residues at their largest, and as many terms as one product may have."""
    largest = 2**20
    length = field.longest(largest)
    residues = np.full((length + 3, 2), field.P - 1)
    integers = np.full((1, length + 3), float(largest))
    expected = -largest * (length + 3) % field.P
    assert field.product(integers, field.halves(residues), largest).tolist() == [[expected, expected]]
    full = field.product_of_residues(residues[:100].T, residues[:100])
    assert full.tolist() == [[100, 100], [100, 100]]


def test_an_error_that_the_combination_does_not_see_is_one_in_p() -> None:
    """The probability is that of the theorem: with a field of seven elements, at most 4 of 7 tensors miss an error."""
    assert identities.ESCAPE < 2.0**-57
    generator = np.random.default_rng(0)
    error = np.zeros((2, 2, 3, 3), np.int64)
    error[1, 0, 2, 1], error[0, 1, 1, 1] = 3, 5
    missed = 0
    for _ in range(2000):
        vectors = [generator.integers(0, 7, size) for size in error.shape]
        missed += np.einsum("abcd,a,b,c,d", error, *vectors) % 7 == 0
    assert 0 < missed / 2000 <= 4 / 7


def test_the_place_of_a_number_is_that_in_its_array() -> None:
    numbers = WholeNumbers(100)
    with pytest.raises(NoSuchSum) as raised:
        numbers.of(np.array([[1.0, 2.0], [1e9, 3.0]]))
    assert (raised.value.index, raised.value.got) == ((2,), 1e9)


@pytest.mark.parametrize("dtype", FORMATS)
@pytest.mark.parametrize("operation", ["", " grad"])
def test_exact_integers_add_up_exactly_whatever_the_depth(dtype: str, operation: str) -> None:
    """The sums of magnitudes are within the bits of the dtype."""
    for line in ("n2c200h3w4 m8k3 p1", "n9c4h10w11 m6k3x2 s2x1 p2 g2 replicate", "n2c3h1w1 m4k1 p1 replicate"):
        case = parse(f"{line} bias {dtype} exact:3{operation}")
        call = called(case)
        sizes = replace(call, input=abs(call.input), weight=abs(call.weight))
        if call.grad_output is not None:
            sizes = replace(sizes, grad_output=abs(call.grad_output))
        chosen = few_integers(case, FORMATS[dtype].precision)
        shapes = Question(case).shapes
        for name, shape in shapes.items():
            assert shape is not None
            places = [*np.ndindex(shape)]
            sums = [exact_sum(sizes, PARTS[name].gather, index) for index in places[:: max(1, len(places) // 50)]]
            assert 0 < max(sums) <= chosen.largest_sum - chosen.magnitude
