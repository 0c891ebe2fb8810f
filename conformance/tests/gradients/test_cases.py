"""A gradient case is the case of a convolution with one word, and one array, more."""

from typing import Any

import numpy as np
import pytest
from numpy.random import Philox

from conv2d_conformance.cases import CaseError, Elements, arrays, call, exposes, format_case, parse
from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.geometry import geometry
from conv2d_conformance.cases.shrink import reductions
from conv2d_conformance.cases.strategies import sample

LINE = "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 integers:7"


def gradients_of(case: Case) -> Case:
    return parse(f"{format_case(case)} grad")


@pytest.mark.parametrize("line", [LINE, "c1h3w4 m1k2 same replicate", "n2c1h3w4 m1k2 x[0,0,1,2]=3 gy[1,0,0,0]=2"])
def test_a_line_with_the_word_is_read_and_written_again(line: str) -> None:
    case = parse(f"{line} grad")
    assert case.operation == "gradients"
    assert parse(line.replace(" gy[1,0,0,0]=2", "")).operation == "conv2d"
    assert " grad" in format_case(case)
    assert parse(format_case(case)) == case


def test_the_output_has_the_shape_that_the_reference_gives_it() -> None:
    for case in map(gradients_of, sample(300, seed=1)):
        assert case.output_shape == geometry(case).output_shape == case.shapes["grad_output"]


def test_the_arrays_are_those_of_the_convolution_and_one_more() -> None:
    before, after = (dict[str, Any](arrays(case)) for case in (parse(LINE), gradients_of(parse(LINE))))
    assert list(after) == ["input", "weight", "bias", "grad_output"]
    assert all(np.array_equal(found, after[name]) for name, found in before.items())
    words = Philox(key=np.array([7, 3], np.uint64)).random_raw(3)
    steps = (words >> 32) * 14 >> 32
    expected = [int(step) - 7 + (step >= 7) for step in steps]
    assert after["grad_output"].ravel()[:3].tolist() == expected


def test_the_arguments_are_those_of_the_convolution() -> None:
    assert call(parse(LINE))[0] == call(gradients_of(parse(LINE)))[0]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("c1h3w3 m1k2 grad stride=0", "gradients are asked of legal calls alone"),
        ("c1h3w3 m1k4 grad", "the kernel does not fit"),
        ("c1h3w3 m1k2 gy[0,0,0]=1", r"gy\[0,0,0\] needs gradients; add the word grad"),
        ("c1h3w3 m1k2 gy[0,2,0]=1 grad", r"gy\[0,2,0\] lies outside the grad_output, whose shape is \(1, 2, 2\)"),
        ("c1h3w3 m1k2 grad grad", "'grad' gives the gradients a second time"),
        ("c1h3w3 m1k2 gradient", "'gradient' is not understood: gradients are asked for by grad"),
    ],
)
def test_what_has_no_gradients_is_refused(line: str, sentence: str) -> None:
    with pytest.raises(CaseError, match=f"^{sentence}"):
        parse(line)


@pytest.mark.parametrize(
    ("data", "does"),
    [
        ("x[0,0,0]=1 w[0,0,0,1]=1 gy[0,0,0]=1", True),
        ("x[0,0,0]=1 w[0,0,0,1]=1", False),
        ("ones:0", True),
        ("x[0,0,0]=1 w[0,0,0,1]=1 gy[0,0,0]=1 gy[0,0,1]=1 gy[0,1,0]=1 gy[0,1,1]=1", False),
    ],
)
def test_a_grad_output_of_zeros_or_of_one_value_exposes_nothing(data: str, does: bool) -> None:
    case = parse(f"c1h3w3 m1k2 {data} grad")
    assert exposes(case, arrays(case)) is does


def test_gradients_are_made_simpler_as_gradients() -> None:
    simpler = list(reductions(gradients_of(parse("n1c1h3w4 m1k2x3 s1x2 integers:3"))))
    assert simpler
    assert all(case.operation == "gradients" for case in simpler)
    named = [case.data for case in simpler if isinstance(case.data, Elements)]
    assert {"x", "w", "gy"} <= {entry[0] for data in named for entry in data.entries}
