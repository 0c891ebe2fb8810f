"""The law of gradients against exact fractions, and against arithmetic that it must allow or refuse."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.cases import format_case, parse
from conv2d_conformance.cases.strategies import sample
from conv2d_conformance.contract.arrays import Array, dtype_of
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.grades import class_names
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.gradients.law import gradient_class, laws
from conv2d_conformance.law.allowed import compare
from conv2d_conformance.law.classes import contained_in
from conv2d_conformance.law.joined_arrays import element, row_of
from conv2d_conformance.verdict.question import Question, claimed_grade
from conv2d_reference import gradients_by_tap, gradients_direct


def questions(count: int, seed: int, **space: Any) -> list[Question]:
    """Gradient cases that are small enough for fractions."""
    drawn = (replace(case, operation="gradients") for case in sample(count, seed, **space))
    found = map(Question, drawn)
    return [q for q in found if sum(a.size for a in q.request.arrays.values() if a is not None) < 250]


def exact(question: Question) -> Array:
    """The row of the exact gradients, as fractions."""
    to_fraction = np.vectorize(Fraction, otypes=[object])
    arrays: dict[str, Any] = {
        name: None if array is None else to_fraction(array.astype(float)) if array.size else array.astype(object)
        for name, array in question.request.arrays.items()
    }
    return row_of(gradients_direct.gradients(**arrays, **question.request.arguments))


def wrong(question: Question, row: Array, grade: str = "A") -> Array:
    return compare(row.astype(dtype_of(question.case.dtype)), question.law_in(grade)).wrong


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("recipe", ["uniform", "sparse", "normal"])
def test_the_law_lies_around_the_exact_gradients(dtype: str, recipe: str) -> None:
    asked = questions(40, 3, dtype=dtype, recipes=(recipe,))
    assert len(asked) > 8
    for question in asked:
        law, right = question.law, exact(question)
        assert law.high.shape == right.shape
        unit = Fraction(2) ** -85 if dtype == "float64" else Fraction(2) ** -44
        for high, low, bound, fixed, value in zip(
            *(values.tolist() for values in (law.high, law.low, law.bound, law.fixed)), right, strict=True
        ):
            error = abs(Fraction(high) + Fraction(low) - value)
            assert error <= unit * abs(value) or error <= Fraction(bound) / 16, format_case(question.case)
            assert fixed or bound > 0
        nearest = right.astype(float)
        assert not wrong(question, nearest).any(), format_case(question.case)
        off = nearest + np.where(law.fixed, 4 * np.abs(nearest) * 2.0 ** (-24 if dtype == "float32" else -53), 0)
        off += np.where(law.fixed, nearest == 0, 3 * law.bound + np.abs(nearest) * 2.0**-22)
        assert wrong(question, off).all(), format_case(question.case)


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
def test_integers_are_exact_in_every_padding_mode(mode: str) -> None:
    require = {"padding"} if mode == "zeros" else {"padding", mode}
    for question in questions(60, 4, require=require):
        law = question.law
        assert law.fixed.all()
        assert law.evident.all()
        assert (law.high == exact(question).astype(float)).all(), format_case(question.case)


def test_a_class_allows_what_those_in_it_allow() -> None:
    for dtype in ("float32", "float64", "float16", "bfloat16"):
        for question in questions(12, 5, dtype=dtype, recipes=("uniform", "integers")):
            laws = {name: question.law_in(name) for name in class_names(f"{dtype}/gradients")}
            bounds = {name: np.where(law.fixed, 0, law.bound) for name, law in laws.items()}
            for name, wide in bounds.items():
                assert all((bounds[inner] <= wide).all() for inner in contained_in(name)), name


def half(array: Array) -> Array:
    return array.astype(np.float16)


def test_partial_sums_of_images_may_be_rounded_in_sixteen_bits_and_only_there() -> None:
    found = []
    for seed in range(12):
        question = Question(parse(f"n8c2h5w4 m2k2 bias float16 uniform:{seed} grad"))
        call: dict[str, Any] = dict(question.request.arrays)
        total = [half(np.zeros_like(call[name])) for name in ("weight", "bias")]
        for x, gy in zip(call["input"], call["grad_output"], strict=True):
            _, gw, gb = gradients_by_tap.gradients(x, call["weight"], call["bias"], gy)
            total = [half(half(sum_) + half(np.asarray(part))) for sum_, part in zip(total, (gw, gb), strict=True)]
        gx = gradients_by_tap.gradients(**call)[0]
        row = row_of((gx, *total))
        assert not wrong(question, row, "R-acc16").any()
        found.append(wrong(question, row, "A-tc"))
    assert np.any(found)


def test_every_part_may_be_rounded_to_the_smallest_subnormal_and_no_more() -> None:
    """Eight images whose products are a sixteenth of it, and all of them rounded upwards, or not at all."""
    tiny = 2.0**-24
    x, gy = np.full((8, 1, 1, 1), tiny, np.float16), np.full((8, 1, 1, 1), 1 / 16, np.float16)
    w = np.ones((1, 1, 1, 1), np.float16)
    law = laws(Call(x, w).geometry, x, w, None, gy, gradient_class("R-acc16", "float16"))[1]
    for parts, is_wrong in ((0, False), (8, False), (9, True)):
        assert compare(np.full(law.high.shape, parts * tiny, np.float16), law).wrong.all() == is_wrong


def test_a_sum_that_is_kept_in_sixteen_bits_product_by_product_is_too_coarse() -> None:
    # In float16 a sum of ones ends at 2048; image by image it does not.
    question = Question(parse("n4c1h32w32 m1k1 bias float16 ones:0 grad"))
    gx = np.ones(4 * 32 * 32)
    assert not wrong(question, np.array([*gx, 4096, 4096]), "R-acc16").any()
    assert wrong(question, np.array([*gx, 2048, 2048]), "R-acc16").tolist() == [False] * gx.size + [True, True]


def test_the_padded_gradient_may_be_rounded_before_its_copies_are_added_up() -> None:
    found = []
    for seed in range(12):
        question = Question(parse(f"n1c1h3w4 m2k3 p2x3 reflect float16 uniform:{seed} grad"))
        padded = parse(f"n1c1h7w10 m2k3 float16 uniform:{seed} grad")
        call: dict[str, Any] = dict(question.request.arrays)
        wide = np.pad(call["input"], [(0, 0), (0, 0), (2, 2), (3, 3)])
        assert wide.shape == padded.input_shape
        part = gradients_by_tap.gradients(wide, call["weight"], None, call["grad_output"])[0]
        gx = np.zeros_like(call["input"])
        rows, columns = (np.pad(np.arange(size), pad, mode="reflect") for size, pad in ((3, 2), (4, 3)))
        seen: Any = (..., rows[:, None], columns)
        np.add.at(gx, seen, part)  # in float16, one after the other
        gw = gradients_by_tap.gradients(**call, **question.request.arguments)[1]
        row = row_of((gx, gw))
        assert not wrong(question, row, "R-acc16").any()
        found.append(wrong(question, row, "A-tc"))
    assert np.any(found)


def test_the_defaults_of_gradients() -> None:
    claims = Capabilities(grades={"float32": "R-tf32", "float64/gradients": "A-tc", "float16": "A"})
    grades = [claimed_grade(claims, f"{dtype}/gradients") for dtype in ("float32", "float64", "float16", "bfloat16")]
    assert grades == ["R-tf32", "A-tc", "R-acc16", "R-acc16"]
    assert claimed_grade(claims, "float16") == "A"
    assert "B2" not in class_names("float32/gradients")
    assert claimed_grade(Capabilities(grades={"float32": "B4"}), "float32/gradients") == "A"
    with pytest.raises(ValueError, match="gradients have no class B4; they have A, A-tc, R-bf16x9, "):
        gradient_class("B4", "float32")
    with pytest.raises(ValueError, match=r"grades \(for float32/gradients\): no bound is known for gradients by the "):
        Capabilities(grades={"float32/gradients": "B2"})
    with pytest.raises(ValueError, match=r"grades \(for float64/gradients\): 'R-tf32' not known; allowed are A, "):
        Capabilities(grades={"float64/gradients": "R-tf32"})


def test_nothing_is_said_of_data_that_are_not_finite() -> None:
    question = Question(parse("n1c1h2w2 m1k1 integers:1 x[0,0,0,0]=inf grad"))
    assert not wrong(question, np.full(question.law.high.shape, np.nan)).any()
    assert not question.law.evident.any()


def test_an_element_of_the_row_has_a_name() -> None:
    shapes = {"grad_input": (2, 1, 2, 2), "grad_weight": (1, 1, 1, 3), "grad_bias": (1,)}
    assert [element(place, shapes) for place in (0, 5, 10, 11)] == [
        "grad_input[0,0,0,0]",
        "grad_input[1,0,0,1]",
        "grad_weight[0,0,0,2]",
        "grad_bias[0]",
    ]
    with pytest.raises(IndexError):
        element(12, shapes)
