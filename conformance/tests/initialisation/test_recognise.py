"""Whatever is known to be drawn by mistake is called by its name."""

import math

import numpy as np
import pytest

from conv2d_conformance.cases.layer_case import LayerCase
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.initialisation.law import layer_law
from conv2d_conformance.initialisation.layer_question import recognised
from conv2d_conformance.initialisation.layers import GROUPED_SHAPES
from conv2d_conformance.initialisation.recognise import FORMULAS, other_laws, recognise, wrong_ranges
from conv2d_conformance.initialisation.sample import Parameters, Sample

CASE = GROUPED_SHAPES[2]
UNITS = (np.random.Philox(key=5).random_raw(2**17) + 0.5) * 2.0**-64


def sample(values: Array) -> Sample:
    return Sample("weight", np.asarray(values), layer_law(CASE))


@pytest.mark.parametrize("sentence", FORMULAS)
def test_every_wrong_formula(sentence: str) -> None:
    ratio = wrong_ranges(CASE)[sentence]
    assert recognise(CASE, sample((2 * UNITS - 1) * ratio)).startswith(sentence)


@pytest.mark.parametrize("sentence", other_laws(CASE))
def test_every_other_law(sentence: str) -> None:
    assert recognise(CASE, sample(other_laws(CASE)[sentence].ppf(UNITS))) == sentence


@pytest.mark.parametrize("n", [10, 100, 2**17])
def test_the_right_law_is_given_no_name(n: int) -> None:
    assert recognise(CASE, sample(2 * UNITS[:n] - 1)) == ""


def test_a_factor_without_a_name_is_told_as_a_number() -> None:
    words = recognise(CASE, sample(np.linspace(-0.9, 0.9, 1000)))
    assert words == "your elements are uniform, and their range is 0.9 times the right one"


def test_a_constant_is_told() -> None:
    assert recognise(CASE, sample(np.zeros(100))) == "every element is 0"


def test_what_is_unknown_is_not_guessed() -> None:
    assert recognise(CASE, sample(np.sign(2 * UNITS - 1) * np.sqrt(UNITS))) == ""
    assert recognise(CASE, sample(np.full(100, np.nan))) == ""


def test_one_sentence_for_both_parameters_or_one_for_each() -> None:
    case = LayerCase(C=6, M=310, kernel=(3, 5), groups=2)
    bound = layer_law(case).bound
    weight: Array = (2 * UNITS[:13950] - 1).reshape(case.weight_shape) * bound
    bias: Array = (2 * UNITS[-310:] - 1) * bound
    ignored = math.sqrt(1 / 2)
    sentence = "groups were ignored: fan_in counts all input channels"
    assert recognised(case, [Parameters(weight, bias)]) == ""
    assert recognised(case, [Parameters(weight * ignored, bias * ignored)]) == sentence
    assert recognised(case, [Parameters(weight * ignored, bias)]) == f"of the weight: {sentence}"
    assert recognised(case, [Parameters(weight, bias * 0)]) == "of the bias: every element is 0"
