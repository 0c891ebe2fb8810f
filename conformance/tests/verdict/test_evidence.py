"""In a grade that rounds integers, the data are chosen so that a right answer is evidence, and a wrong one fails."""

from dataclasses import replace

import numpy as np
import pytest

from conv2d_conformance.adapter import Capabilities
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.mutants import catalogue as mutants
from conv2d_conformance.variants import catalogue as variants
from conv2d_conformance.verdict.evidence import with_evidence
from conv2d_conformance.verdict.examination import Examination, Nonconforming
from conv2d_conformance.verdict.question import Question

LINE = "n1c8h12w12 m2k3x3 s1x1 p1x1 d1x1 g1 nobias float32 integers:1"


@pytest.mark.parametrize(("grade", "data"), [("A", "integers:1"), ("B2", "integers:1"), ("B4", "integers*3:1")])
def test_integers_are_as_large_as_the_grade_allows(grade, data):
    chosen = with_evidence(parse(LINE), Capabilities(grades={"float32": grade}))
    assert format_case(chosen).endswith(data)


@pytest.mark.parametrize("grade", ["B2", "B4", "B6"])
@pytest.mark.parametrize("kernel", ["k1x1", "k2x3", "k3x3"])
def test_every_element_is_evidence_then(grade, kernel):
    claims = Capabilities(grades={"float32": grade})
    chosen = with_evidence(parse(LINE.replace("k3x3", kernel)), claims)
    assert Question(chosen, claims).law.evident.all()


@pytest.mark.parametrize("change", [("integers:1", "integers*5:1"), ("integers:1", "uniform:1"), ("n1", "n0")])
def test_what_was_asked_for_by_name_stays(change):
    case = parse(LINE.replace(*change))
    assert with_evidence(case, Capabilities(grades={"float32": "B6"})) is case


@pytest.mark.parametrize(
    "name", ["kernel_flipped", "first_channel_alone", "bias_dropped", "every_image_like_the_first"]
)
@pytest.mark.parametrize("tile", [2, 4, 6])
def test_faults_show_through_winograds_rounding(name, tile):
    """The answer of a wrong conv2d, with errors of the size that Winograd's algorithm makes, is still found wrong."""
    right, wrong = variants()[f"winograd-tiles-of-{tile}"], mutants()[name].adapter

    def conv2d(input, weight, bias=None, **attributes):
        rounded = right.conv2d(input, weight, bias, **attributes)
        exact = variants()["one-after-the-other"].conv2d(input, weight, bias, **attributes)
        return np.asarray(wrong.conv2d(input, weight, bias, **attributes) + (rounded - exact), input.dtype)

    implementation = InProcess(replace(right, conv2d=conv2d))
    examination = Examination(implementation, EFFORTS["quick"])
    asked = [parse(f"n2c4h9w8 m3k3x2 p1x2 bias integers:{seed}") for seed in range(5)]
    with pytest.raises(Nonconforming):
        examination.judge_all(asked)
