"""What parameters mean: names of the document, other spellings, places; and what they cannot mean is told."""

from __future__ import annotations

from typing import Any

import pytest

from conv2d_conformance.forms.form_error import FormError
from conv2d_conformance.forms.parameter_meanings import CONV2D, read

VALUES = {
    "input": "X",
    "weight": "W",
    "bias": "B",
    "stride": (2, 1),
    "padding": (0, 1),
    "dilation": (1, 3),
    "groups": 4,
}


def function(parameters: str) -> Any:
    return eval(f"lambda {parameters}: dict(sorted(locals().items()))")


READ = {
    "input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1": VALUES,
    "x, w, b=None, s=1, p=0, d=1, g=1": dict(zip("xwbspdg", VALUES.values(), strict=True)),
    "first, second": {"first": "X", "second": "W"},
    "first, second, third": {"first": "X", "second": "W", "third": "B"},
    "u, v, c, e, f": {"u": "X", "v": "W", "c": "B", "e": (2, 1), "f": (0, 1)},
    "weight, x": {"weight": "W", "x": "X"},
    "kernel, image, *, strides": {"kernel": "W", "image": "X", "strides": (2, 1)},
    "x, w, stride, padding": {"x": "X", "w": "W", "stride": (2, 1), "padding": (0, 1)},
    "x, w, /, b, *, pad=0": {"x": "X", "w": "W", "b": "B", "pad": (0, 1)},
    "x, w, block=32, *, groups": {"x": "X", "w": "W", "block": 32, "groups": 4},
}


@pytest.mark.parametrize("parameters", READ)
def test_each_parameter_gets_what_it_means(parameters: str) -> None:
    conv2d = function(parameters)
    reading = read(conv2d, CONV2D)
    positional, named = reading.arguments({name: value for name, value in VALUES.items() if reading.takes(name)})
    assert conv2d(*positional, **named) == READ[parameters]


def test_where_nothing_can_be_seen_all_is_given_in_order() -> None:
    def hidden(*arguments: Any) -> Any:
        return arguments

    assert hidden(*read(hidden, CONV2D).arguments(VALUES)[0]) == tuple(VALUES.values())
    assert read(max, CONV2D).arguments(VALUES) == ([*VALUES.values()], {})


def test_who_takes_everything_gets_it_by_the_names_of_the_document() -> None:
    def wrapped(*arguments: Any, **named: Any) -> Any:
        return arguments, named

    positional, named = read(wrapped, CONV2D).arguments(VALUES)
    assert wrapped(*positional, **named) == (("X", "W", "B"), dict(list(VALUES.items())[3:]))
    others = dict(list(VALUES.items())[2:])
    assert read(function("x, w, **rest"), CONV2D).arguments(VALUES)[1] == {"x": "X", "w": "W", **others}


def test_what_is_not_taken_is_left_out_only_where_it_says_nothing() -> None:
    found = read(function("x, w, groups=1"), CONV2D)
    default = {"input": "X", "weight": "W", "bias": None, "stride": (1, 1), "padding": 0, "dilation": (1, 1)}
    assert found.arguments(default) == ([], {"x": "X", "w": "W"})
    for more in (
        {"stride": (1, 2)},
        {"padding": True},
        {"dilation": 1.0},
        {"padding_mode": "zero"},
        {"padding": "same"},
    ):
        assert found.arguments({**default, **more}) == ([], {"x": "X", "w": "W", **more})


UNREADABLE = {
    "x": "it has no parameter for the weight",
    "x, w, b=None, bias=None": "its parameters b and bias both seem to be the bias",
    "x, w, stride, scale": "it has a parameter scale without a default, and nothing for it",
    "x, w, *, scale": "it has a parameter scale without a default, and nothing for it",
    "x, w, padings=0": "it has a parameter padings: did you mean padding?",
}


@pytest.mark.parametrize("parameters", UNREADABLE)
def test_what_cannot_be_meant_is_told(parameters: str) -> None:
    with pytest.raises(FormError) as caught:
        read(function(parameters), CONV2D)
    assert caught.value.sentence == UNREADABLE[parameters]
    assert caught.value.hint


@pytest.mark.parametrize(
    ("parameters", "features"),
    [
        ("x, w", set()),
        ("x, w, b, s=1", {"bias", "stride"}),
        ("x, w, padding=0, groups=1, dilation=1", {"padding.explicit", "groups", "dilation"}),
        ("x, w, stride=1, padding=0, dilation=1, groups=2", {"stride", "padding.explicit", "dilation", "groups"}),
    ],
)
def test_features_are_what_the_parameters_show(parameters: str, features: set[str]) -> None:
    assert read(function(parameters), CONV2D).features == {"multi-channel", *features}


def test_documented_defaults_are_claimed_where_all_are_there_and_can_be_left_out() -> None:
    every = "stride=1, padding=0, dilation=1, groups=1"
    assert "arguments.defaults" in read(function(f"x, w, {every}"), CONV2D).features
    assert "arguments.defaults" not in read(function(f"x, w, {every.replace('0', '1')}"), CONV2D).features
    assert "arguments.defaults" not in read(function(f"x, w, b=None, {every}, /"), CONV2D).features
