"""onnxruntime's `Conv` operator on the CPU, by a model of one node for each configuration.

Creating a session takes about 10 ms, so sessions are kept; the key is the configuration, never the data. The padding
"same" is not claimed: `auto_pad=SAME_UPPER` refuses every dilation except 1.
"""

from functools import lru_cache
from typing import Any

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

from conv2d_conformance import Adapter, Capabilities
from conv2d_conformance.adapter import VIEWS

ELEMENT_TYPES = {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE}


@lru_cache(maxsize=512)
def session(dtype: str, has_bias: bool, attributes: tuple[tuple[str, Any], ...]) -> onnxruntime.InferenceSession:
    inputs = ["x", "w", "b"] if has_bias else ["x", "w"]
    node = helper.make_node("Conv", inputs, ["y"], **dict(attributes))
    values = {name: helper.make_tensor_value_info(name, ELEMENT_TYPES[dtype], None) for name in (*inputs, "y")}
    graph = helper.make_graph([node], "conv", [values[name] for name in inputs], [values["y"]])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def conv2d(
    input: np.ndarray[Any, Any],
    weight: np.ndarray[Any, Any],
    bias: np.ndarray[Any, Any] | None = None,
    *,
    stride: tuple[int, int],
    padding: tuple[int, int] | str,
    dilation: tuple[int, int],
    groups: int,
) -> Any:
    attributes: dict[str, Any] = {"strides": stride, "dilations": dilation, "group": groups}
    attributes |= {"auto_pad": "VALID"} if padding == "valid" else {"pads": (*padding, *padding)}
    run = session(input.dtype.name, bias is not None, tuple(attributes.items()))
    arrays = {"x": input, "w": weight} | ({} if bias is None else {"b": bias})
    return run.run(None, arrays)[0]


adapter = Adapter(
    name="onnxruntime",
    version=onnxruntime.__version__,
    description="the ONNX operator Conv on the CPU execution provider",
    conv2d=conv2d,
    capabilities=Capabilities(
        dtypes={"float32"},
        padding={"explicit", "valid"},
        empty_batch=True,
        views=frozenset(VIEWS),  # the Python binding takes every array, and copies one that is not dense
        deterministic=True,
        thread_safe=True,
    ),
)
