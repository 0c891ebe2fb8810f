"""onnxruntime's `Conv` operator on the CPU, by a model of one node.

Options: `weights` (input; constant: weight and bias are part of the model, as they are in the models of most users, and
onnxruntime may rearrange them when it loads the model) and `threads` (1).

Creating a session takes about 10 ms. Sessions of models whose weight is an input are kept; the key is the
configuration, never the data. A model with constants has a session of its own for every call.
"""

from typing import Any

import onnxruntime
from onnx import ModelProto

from conv2d_adapters.caches.by_text import Kept
from conv2d_adapters.onnx_models.conv import Array, Attributes, attributes, conv_model, named
from conv2d_adapters.options.reading import number_of, one_of
from conv2d_conformance import Adapter, Capabilities
from conv2d_conformance.adapter import VIEWS

VERSIONS = 13, 8


def session(model: ModelProto, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


@Kept
def session_of_inputs(dtype: str, names: tuple[str, ...], given: Attributes, threads: int) -> Any:
    return session(conv_model(dtype, names, given, VERSIONS), threads)


def configure(weights: str = "input", threads: str = "1") -> Adapter:
    one_of(("input", "constant"), weights=weights)
    number = number_of(threads=threads)

    def conv2d(input: Array, weight: Array, bias: Array | None = None, **call: Any) -> Any:
        arrays, dtype, given = named(input, weight, bias), input.dtype.name, attributes(**call)
        if weights == "input":
            return session_of_inputs(dtype, tuple(arrays), given, number).run(None, arrays)[0]
        constants = {name: array for name, array in arrays.items() if name != "x"}
        model = conv_model(dtype, tuple(arrays), given, VERSIONS, constants=constants)
        return session(model, number).run(None, {"x": input})[0]

    return Adapter(
        name="onnxruntime",
        version=onnxruntime.__version__,
        description="the ONNX operator Conv on the CPU execution provider"
        + (", its weight and bias part of the model" if weights == "constant" else ""),
        conv2d=conv2d,
        configure=configure,
        capabilities=Capabilities(
            dtypes={"float32"},
            padding={"explicit", "valid", "same"},
            arguments={"pair", "defaults"},
            limits=("padding != same or DH == 1 and DW == 1",),  # it says: "Dilation not supported for AutoPadType"
            empty_batch=True,
            views=frozenset(VIEWS),  # the Python binding takes every array, and copies one that is not dense
            validation=True,  # it checks what ONNX says of attributes and shapes
            non_finite=True,
            deterministic=True,
            thread_safe=True,
        ),
    )


adapter = configure()
