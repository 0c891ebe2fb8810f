"""The options of the adapters of JAX and Flax, what is claimed of a device, and what is compiled when."""

import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from conv2d_adapters import flax_linen, flax_nnx
from conv2d_adapters import jax as adapted
from conv2d_adapters.on_jax.calls import CAPABILITIES, Calls
from conv2d_conformance.implementation.target import LoadError, load, parse

ATTRIBUTES: dict[str, Any] = {"stride": (1, 1), "padding": (1, 0), "dilation": (1, 1), "groups": 1}


@pytest.mark.parametrize("name", ["jax", "flax-nnx", "flax-linen"])
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("jit=maybe", "jit is on or off, not 'maybe'$"),
        ("precision=exact", "precision is default, high or highest, not 'exact'$"),
        ("device=abacus", "there is no device abacus for jax here: "),
    ],
)
def test_a_wrong_option_is_told_in_one_sentence(name: str, given: str, told: str) -> None:
    with pytest.raises(LoadError) as caught:
        load(parse(f"{name}?{given}"))
    assert re.match(told, caught.value.sentence)
    assert caught.value.hint


def test_a_call_is_compiled_once_for_each_configuration_and_not_for_data() -> None:
    traced: list[Any] = []

    def convolve(*arrays: Any, **attributes: Any) -> Any:
        traced.append(attributes)
        return adapted.convolve(*arrays, **attributes)

    calls = Calls(convolve, "cpu", True, "default")
    for value in (1, 2):
        image = np.full((1, 1, 3, 3), value, np.float32)
        result = calls.conv2d(image, np.ones((1, 1, 3, 2), np.float32), **ATTRIBUTES)
        assert result.tolist() == [[[[4 * value] * 2, [6 * value] * 2, [4 * value] * 2]]]
    assert len(traced) == 1
    calls.conv2d(image, np.ones((1, 1, 3, 2), np.float32), **{**ATTRIBUTES, "dilation": (1, 2)})
    assert len(traced) == 2


def test_what_is_claimed_follows_from_the_device_and_the_precision() -> None:
    def claimed(platform: str, precision: str) -> Any:
        calls = Calls(adapted.convolve, "cpu", False, precision)
        calls.arrays.place = SimpleNamespace(platform=platform)
        return calls.claimed(CAPABILITIES)

    assert claimed("cpu", "default").deterministic
    assert claimed("cpu", "default").grades == {}
    assert claimed("cpu", "default").dtypes == {"float32", "float64", "float16", "bfloat16"}
    assert claimed("cpu", "default").subnormals == dict.fromkeys(("float32", "float64", "bfloat16"), "flushed")
    assert claimed("gpu", "default").subnormals == {}
    assert not claimed("gpu", "default").deterministic
    assert claimed("gpu", "default").grades == {"float32": "R-tf32", "float32/gradients": "R-tf32"}
    assert claimed("gpu", "highest").grades == {}
    assert claimed("tpu", "high").grades == {"float32": "R-bf16x3", "float32/gradients": "R-bf16x3"}


@pytest.mark.parametrize("adapter", [flax_nnx.adapter, flax_linen.adapter], ids=lambda adapter: adapter.name)
def test_circular_and_reflect_are_words_for_the_padding_same(adapter: Any) -> None:
    image = np.array([[[1, 2, 3, 4, 5]]], np.float32)
    weight = np.array([[[[1, 10, 100, 1000]]]], np.float32)
    rows = {
        mode: adapter.conv2d(image, weight, **{**ATTRIBUTES, "padding": "same", "padding_mode": mode}).tolist()
        for mode in ("circular", "reflect")
    }
    assert rows == {
        "circular": [[[3215, 4321, 5432, 1543, 2154]]],
        "reflect": [[[3212, 4321, 5432, 4543, 3454]]],
    }
    with pytest.raises(KeyError):
        adapter.conv2d(image, weight, **ATTRIBUTES, padding_mode="circular")
