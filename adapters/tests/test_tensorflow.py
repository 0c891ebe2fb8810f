"""The options of the adapter of TensorFlow, and what is compiled when."""

import re
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from conv2d_adapters import tensorflow as adapted
from conv2d_adapters.on_tensorflow.calls import Calls
from conv2d_conformance.implementation.target import LoadError, load, parse


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("device=abacus", "device is CPU:0.* here, not 'abacus'$"),
        ("jit=maybe", "jit is on or off here, not 'maybe'$"),
        ("tf32=yes", "tf32 is on or off here, not 'yes'$"),
    ],
)
def test_a_wrong_option_is_told_in_one_sentence(given: str, told: str) -> None:
    with pytest.raises(LoadError) as caught:
        load(parse(f"tensorflow?{given}"))
    assert re.match(told, caught.value.sentence)
    assert caught.value.hint


def test_a_call_is_compiled_once_for_each_configuration_and_not_for_data() -> None:
    traced: list[Any] = []

    def convolve(*arrays: Any, **attributes: Any) -> Any:
        traced.append(attributes)
        return adapted.convolve(*arrays, **attributes)

    calls = Calls(convolve, "CPU:0", True)
    attributes: dict[str, Any] = {"stride": (1, 1), "padding": (1, 0), "dilation": (1, 1), "groups": 1}
    for value in (1, 2):
        image = np.full((1, 1, 3, 3), value, np.float32)
        result = calls.conv2d(image, np.ones((1, 1, 3, 2), np.float32), **attributes)
        assert result.tolist() == [[[[4 * value] * 2, [6 * value] * 2, [4 * value] * 2]]]
    assert len(traced) == 1
    calls.conv2d(image, np.ones((1, 1, 3, 2), np.float32), **{**attributes, "dilation": (1, 2)})
    assert len(traced) == 2


def test_no_groups_are_claimed_and_filters_for_fewer_channels_are_left_to_tensorflow() -> None:
    attributes: dict[str, Any] = {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1), "groups": 1}
    image, weight = np.ones((1, 4, 3, 3), np.float32), np.ones((2, 2, 1, 1), np.float32)
    assert not adapted.adapter.capabilities.groups
    assert (adapted.adapter.conv2d(image, weight, **attributes) == 2).all()
    with pytest.raises(tf.errors.InvalidArgumentError, match="divisible"):
        adapted.adapter.conv2d(image, weight[:, :1].repeat(3, 1), **attributes)
