"""The translation to ONNX, whose reference evaluator shows what a model says."""

from typing import Any

import numpy as np
import pytest
from onnx import helper

from conv2d_adapters import onnx_reference
from conv2d_adapters.onnx_models.conv import attributes, conv_model, named
from conv2d_reference import correlate

ARRAYS = named(
    np.arange(2 * 4 * 5 * 6, dtype=np.float64).reshape(2, 4, 5, 6),
    np.arange(6 * 2 * 3 * 2, dtype=np.float64).reshape(6, 2, 3, 2),
    np.arange(6, dtype=np.float64),
)


def test_pairs_are_height_and_width_and_pads_all_beginnings_before_all_ends() -> None:
    assert dict(attributes(stride=(2, 1), padding=(1, 0), dilation=(1, 3), groups=2)) == {
        "strides": (2, 1),
        "dilations": (1, 3),
        "group": 2,
        "pads": (1, 0, 1, 0),
    }


def test_what_is_left_out_is_left_to_the_default_of_onnx() -> None:
    (node,) = conv_model("float32", ("x", "w"), attributes(), (22, 10)).graph.node
    assert not node.attribute
    assert list(node.input) == ["x", "w"]


@pytest.mark.parametrize(("padding", "word"), [("same", b"SAME_UPPER"), ("valid", b"VALID")])
def test_a_padding_string_is_an_auto_pad(padding: str, word: bytes) -> None:
    (node,) = conv_model("float32", ("x", "w"), attributes(padding=padding), (22, 10)).graph.node
    assert {item.name: helper.get_attribute_value(item) for item in node.attribute} == {"auto_pad": word}


def test_constants_are_no_inputs_of_a_model() -> None:
    constants = {name: array for name, array in ARRAYS.items() if name != "x"}
    model = conv_model("float64", tuple(ARRAYS), (), (22, 10), shapes={"x": ("N", 4, 5, 6)}, constants=constants)
    (x,) = model.graph.input
    assert [size.dim_param or size.dim_value for size in x.type.tensor_type.shape.dim] == ["N", 4, 5, 6]
    assert [fixed.name for fixed in model.graph.initializer] == ["w", "b"]


def test_models_are_kept_by_configuration_and_not_by_data() -> None:
    before = onnx_reference.evaluator.misses
    call: dict[str, Any] = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 3), "groups": 2}
    for factor in (1, 2):
        x, w, b = ARRAYS["x"] * factor, ARRAYS["w"], ARRAYS["b"]
        expected = correlate.conv2d(x, w, b, **call)
        assert np.array_equal(onnx_reference.adapter.conv2d(x, w, b, **call), expected)
    assert onnx_reference.evaluator.misses - before == 1
