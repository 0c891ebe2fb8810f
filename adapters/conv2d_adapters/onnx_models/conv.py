"""ONNX models of one node, a `Conv`, and its attributes in the words of ONNX."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper

ELEMENT_TYPES = {
    "float32": TensorProto.FLOAT,
    "float64": TensorProto.DOUBLE,
    "float16": TensorProto.FLOAT16,
    "bfloat16": TensorProto.BFLOAT16,
}

Array = np.ndarray[Any, Any]
Attributes = tuple[tuple[str, Any], ...]


def attributes(
    *,
    stride: tuple[int, int] | None = None,
    padding: tuple[int, int] | str | None = None,
    dilation: tuple[int, int] | None = None,
    groups: int | None = None,
) -> Attributes:
    """The attributes of a `Conv`; what is left out is left to the default of ONNX."""
    pads: dict[str, Any] = {}
    if isinstance(padding, str):
        pads = {"auto_pad": {"valid": "VALID", "same": "SAME_UPPER"}[padding]}
    elif padding is not None:
        pads = {"pads": (*padding, *padding)}
    given: dict[str, Any] = {"strides": stride, "dilations": dilation, "group": groups} | pads
    return tuple((name, value) for name, value in given.items() if value is not None)


def named(input: Array, weight: Array, bias: Array | None) -> dict[str, Array]:
    """The arrays of a call under the names that a model gives them."""
    return {"x": input, "w": weight} | ({} if bias is None else {"b": bias})


def conv_model(
    dtype: str,
    names: tuple[str, ...],
    given: Attributes,
    versions: tuple[int, int],
    shapes: Mapping[str, tuple[int | str, ...]] | None = None,
    constants: Mapping[str, Array] | None = None,
) -> ModelProto:
    """A `Conv` of the named inputs, each of any shape where none is said, and a constant where one is given.

    The versions are those of the operators and of the file format.
    """
    opset, ir_version = versions
    types = {
        name: helper.make_tensor_value_info(name, ELEMENT_TYPES[dtype], (shapes or {}).get(name))
        for name in (*names, "y")
    }
    fixed = [numpy_helper.from_array(array, name) for name, array in (constants or {}).items()]
    open_inputs = [types[name] for name in names if name not in (constants or {})]
    node = helper.make_node("Conv", names, ["y"], **dict(given))
    graph = helper.make_graph([node], "conv", open_inputs, [types["y"]], fixed)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=ir_version)
