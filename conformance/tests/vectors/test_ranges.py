"""The exported ends are the last numbers that the law allows, in every grade."""

from __future__ import annotations

import numpy as np
import pytest

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.arrays import Array, dtype_of
from conv2d_conformance.contract.grades import class_names
from conv2d_conformance.law.allowed import compare, largest
from conv2d_conformance.vectors.check_vectors import is_allowed
from conv2d_conformance.vectors.ranges import expected_of, question_of, range_of
from conv2d_conformance.verdict.question import Question

LINES = (
    "n1c3h4w5 m2k2x3 bias float32 normal:1",
    "n1c2h4w5 m2k3x3 p1 float64 uniform:2",
    "n1c3h4w5 m2k2x3 bias float16 spread:3",
    "n1c3h4w5 m2k2x3 bias bfloat16 cancelling:4",
    "n1c2h3w3 m2k2x2 float32 subnormal:5",
    "n1c2h3w3 m2k2x2 float16 near-overflow:6",
    "n1c2h3w4 m2k2x2 bfloat16 near-overflow:7",
    "n1c1h1w2 m1k1 float32 x[0,0,0,0]=1.7014118346046923e+38 x[0,0,0,1]=-1.7e38 w[0,0,0,0]=4",
    "n1c1h1w4 m1k1x2 p0x1 float32 x[0,0,0,1]=inf x[0,0,0,3]=nan w[0,0,0,0]=1 w[0,0,0,1]=-2",
    "n1c1h1w3 m1k1x2 p0x1 bias float16 x[0,0,0,0]=2 w[0,0,0,0]=inf b[0]=1",
    "n1c2h1w1 m1k1 float64 x[0,0,0,0]=1.7e308 x[0,1,0,0]=1.6e308 w[0,0,0,0]=1 w[0,1,0,0]=1",
    "n1c2h1w1 m1k1 float64 x[0,0,0,0]=-1.7e308 x[0,1,0,0]=-1.6e308 w[0,0,0,0]=1 w[0,1,0,0]=1",
)


def answers(expected: Array, lower: Array, upper: Array) -> list[Array]:
    """What lies at the ends, next to them, and far away."""
    dtype, most = expected.dtype, largest(expected.dtype)
    ends = [expected, lower, upper]
    with np.errstate(all="ignore"):  # the last number has a neighbour, too
        ends += [np.nextafter(end, np.asarray(to, dtype)) for end in tuple(ends) for to in (-np.inf, np.inf)]
    return ends + [np.full_like(expected, value) for value in (0.0, 1, -1, most, -most, np.inf, -np.inf, np.nan)]


@pytest.mark.parametrize("flushed", [False, True])
@pytest.mark.parametrize("line", LINES)
def test_what_a_range_allows_is_what_the_law_allows(line: str, flushed: bool) -> None:
    question = question_of(Question(parse(line)), flushed=flushed)
    for grade in class_names(question.case.dtype):
        law = question.law_in(grade)
        allowed = range_of(law, question)
        expected = expected_of(question.law, question)
        assert expected.dtype == dtype_of(question.case.dtype)
        assert is_allowed(expected, (allowed.lower, allowed.upper, allowed.special)).all(), grade
        for answer in answers(expected, allowed.lower, allowed.upper):
            wrong = compare(answer.reshape(law.high.shape), law).wrong.reshape(answer.shape)
            got = is_allowed(answer, (allowed.lower, allowed.upper, allowed.special))
            assert (got == ~wrong).all(), (grade, answer)


def test_some_ranges_are_wide_some_are_one_number_and_some_are_no_number() -> None:
    found = {line: range_of((question := Question(parse(line))).law, question) for line in LINES}
    assert not found[LINES[0]].is_one_number
    assert (found[LINES[0]].lower < found[LINES[0]].upper).any()
    whole = Question(parse("n1c3h4w5 m2k2x3 bias float32 integers:1"))
    assert range_of(whole.law, whole).is_one_number
    special = found[LINES[8]]
    assert special.special is not None
    assert np.isnan(special.lower).any()
    assert not np.isnan(special.lower).all()
