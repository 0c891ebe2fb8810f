"""The layer: the examples of the document, its parameters, and how it shows itself."""

from __future__ import annotations

import hashlib
import math
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from conv2d_reference import Conv2d, direct
from conv2d_reference.lowered import Array

EXAMPLES = [
    ({"kernel_size": 3, "stride": 2}, (20, 33, 24, 49)),
    ({"kernel_size": (3, 5), "stride": (2, 1), "padding": (4, 2)}, (20, 33, 28, 100)),
    ({"kernel_size": (3, 5), "stride": (2, 1), "padding": (4, 2), "dilation": (3, 1)}, (20, 33, 26, 100)),
]


@pytest.mark.parametrize(("arguments", "shape"), EXAMPLES)
def test_the_examples_of_the_document(arguments: dict[str, Any], shape: tuple[int, int, int, int]) -> None:
    m = Conv2d(16, 33, **arguments)
    output = m(np.random.default_rng(0).standard_normal((20, 16, 50, 100), dtype=np.float32))
    assert output.shape == shape
    assert output.dtype == np.float32


def test_a_layer_convolves_with_its_own_parameters_and_attributes() -> None:
    attributes: dict[str, Any] = {
        "stride": (2, 1),
        "padding": (1, 2),
        "dilation": (1, 2),
        "groups": 2,
        "padding_mode": "circular",
    }
    layer = Conv2d(4, 6, (3, 2), **attributes, dtype="float64")
    layer.weight = np.arange(72.0).reshape(6, 2, 3, 2)
    layer.bias = np.arange(6.0) * 1000
    images = np.arange(280.0).reshape(2, 4, 5, 7)
    assert (layer(images) == direct.conv2d(images, layer.weight, layer.bias, **attributes)).all()
    assert (layer(images[0]) == layer(images)[0]).all()


def test_a_layer_without_bias_adds_none() -> None:
    layer = Conv2d(1, 2, 1, bias=False)
    assert layer.bias is None
    assert not layer(np.zeros((1, 3, 3), dtype=np.float32)).any()


def test_a_layer_takes_its_own_dtype_alone() -> None:
    with pytest.raises(TypeError, match="must have the same dtype, got float64, float32, float32"):
        Conv2d(1, 1, 1)(np.ones((1, 2, 2)))


def bias_of(layer: Conv2d) -> Array:
    assert layer.bias is not None
    return layer.bias


def test_attributes_are_pairs() -> None:
    layer = Conv2d(np.int64(4), 6, 3, 2, 1, 1, 2)  # type: ignore[arg-type]  # any integer will do
    assert (layer.in_channels, layer.out_channels, layer.groups, layer.padding_mode) == (4, 6, 2, "zeros")
    assert (layer.kernel_size, layer.stride, layer.padding, layer.dilation) == ((3, 3), (2, 2), (1, 1), (1, 1))
    assert layer.weight.shape == (6, 2, 3, 3)
    assert bias_of(layer).shape == (6,)
    assert Conv2d(4, 6, 3, padding="same").padding == "same"


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (Conv2d(2, 3, 3), "Conv2d(2, 3, kernel_size=(3, 3))"),
        (Conv2d(2, 3, 3, dtype="float64", seed=5), "Conv2d(2, 3, kernel_size=(3, 3), dtype='float64')"),
        (
            Conv2d(2, 4, (3, 5), (2, 1), (4, 2), (3, 1), 2, False, "reflect"),
            "Conv2d(2, 4, kernel_size=(3, 5), stride=(2, 1), padding=(4, 2), dilation=(3, 1), groups=2, bias=False, "
            "padding_mode='reflect')",
        ),
        (Conv2d(2, 4, 1, padding="valid"), "Conv2d(2, 4, kernel_size=(1, 1), padding='valid')"),
    ],
)
def test_a_layer_is_shown_as_the_call_that_makes_it(layer: Conv2d, text: str) -> None:
    assert repr(layer) == text
    assert repr(eval(text)) == text


@pytest.mark.parametrize(
    ("arguments", "k"),
    [
        ((16, 32, (3, 5)), 1 / 240),
        ((16, 64, (3, 5), 1, 0, 1, 4), 4 / 240),
        ((32, 512, 3, 1, 0, 1, 32), 32 / 288),
    ],
)
def test_parameters_are_uniform_between_the_bounds_of_the_document(arguments: tuple[Any, ...], k: float) -> None:
    layer = Conv2d(*arguments)
    bound = math.sqrt(k)
    for values in (layer.weight.astype(np.float64).ravel(), bias_of(layer).astype(np.float64)):
        assert np.abs(values).max() <= bound
        # The largest distance from the uniform distribution function: below 1.95 / sqrt(n) in 999 of 1000 samples.
        uniform = (np.sort(values) + bound) / (2 * bound)
        assert np.abs(uniform - (np.arange(len(values)) + 0.5) / len(values)).max() < 1.95 / math.sqrt(len(values))


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16, np.float32, np.float64])
def test_rounding_to_the_dtype_stays_inside_the_bounds(dtype: type[Any]) -> None:
    # In both types of 16 bits the bound lies in the upper half between two neighbours, and would be rounded up.
    layer, bound = Conv2d(7, 2000, (1, 2), dtype=dtype), math.sqrt(1 / 14)
    values = np.abs(layer.weight.astype(np.float64))
    assert layer.weight.dtype == bias_of(layer).dtype == dtype
    assert 0.99 * bound < values.max() <= bound


def test_parameters_depend_on_the_seed_alone() -> None:
    layer = Conv2d(3, 4, 2, seed=7)
    again = Conv2d(3, 4, 2, stride=2, padding=1, dilation=2, padding_mode="circular", seed=7)
    assert (layer.weight == again.weight).all()
    assert np.array_equal(bias_of(layer), bias_of(again))
    assert (layer.weight == Conv2d(3, 4, 2, bias=False, seed=7).weight).all()
    assert (layer.weight != Conv2d(3, 4, 2, seed=8).weight).all()
    assert len(np.unique(np.append(layer.weight, bias_of(layer)))) == 3 * 4 * 4 + 4


def test_parameters_are_the_same_for_ever() -> None:
    layer = Conv2d(3, 4, 2, dtype="float64", seed=7)
    words = np.random.Philox(key=7).random_raw(52)
    unit = [(int(word) // 4096 + 0.5) / 2**52 for word in words]
    bound = math.sqrt(1 / 12)
    assert np.append(layer.weight, bias_of(layer)).tolist() == [bound * (2 * u - 1) for u in unit]
    digest = hashlib.sha256(layer.weight.astype("<f8").tobytes() + bias_of(layer).astype("<f8").tobytes()).hexdigest()
    assert digest == "9cc992d8c1a9edc8e7d8cc837e3d69f9cf269977304d27332b0a3f556de7f1b7"
