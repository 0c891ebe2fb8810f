"""No wrong formula is right by coincidence for the layers that are asked for."""

import itertools

import pytest

from conv2d_conformance.cases.layer_case import LayerCase, format_case
from conv2d_conformance.initialisation import layers
from conv2d_conformance.initialisation.recognise import FORMULAS, OF_GROUPS, wrong_ranges

ASKED = [*layers.WEIGHTS, *layers.BIASES, *layers.SHAPES, *layers.GROUPED_SHAPES, *layers.ALL_OVER]


@pytest.mark.parametrize("case", ASKED, ids=format_case)
def test_every_formula_that_differs_is_far_off(case: LayerCase) -> None:
    for sentence, ratio in wrong_ranges(case).items():
        assert abs(ratio - 1) >= 0.18, sentence


def test_every_formula_differs_for_some_layer() -> None:
    """And those of groups for one with groups, in the weight and in the bias, whose requirement asks for both."""
    ungrouped, grouped = (set().union(*map(wrong_ranges, some)) for some in (layers.SHAPES, layers.GROUPED_SHAPES))
    assert ungrouped == set(FORMULAS) - set(OF_GROUPS)
    assert grouped == set(FORMULAS)


def test_the_first_stages_see_every_formula() -> None:
    for case in (layers.WEIGHTS[0], layers.BIASES[0]):
        assert set(wrong_ranges(case)) == set(FORMULAS) - set(OF_GROUPS)


def test_a_coincidence_is_noticed() -> None:
    """Glorot's range is right where fan_out is five times fan_in."""
    case = LayerCase(C=4, M=20, kernel=(3, 2))
    assert "your range is sqrt(6 / (fan_in + fan_out)): Glorot uniform" not in wrong_ranges(case)


def test_stages_have_the_sizes_of_the_plan() -> None:
    for stage, (weight, bias) in enumerate(zip(layers.WEIGHTS, layers.BIASES, strict=True)):
        M, channels, KH, KW = weight.weight_shape
        assert 1 <= M * channels * KH * KW * len(weight.seeds) / 2 ** (12 + 4 * stage) < 1.2
        assert 1 <= bias.M * len(bias.seeds) / 2 ** (12 + 4 * stage) < 1.02


def test_sizes_differ_where_a_layer_tells_axes_apart() -> None:
    for case in layers.SMALL[:3]:
        assert len(set(case.weight_shape)) == 4
    assert all(a != b for a, b in itertools.pairwise(layers.SMALL))
