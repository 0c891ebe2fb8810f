"""The convolution of OpenCV's module dnn on the CPU, by an ONNX model of one node.

Options: `weights` (constant: weight and bias are part of the model, as OpenCV's users have them; or input), `engine`
(auto; new, classic) and `threads` (1), which is set for the whole process.

Networks whose weight is an input are kept, since reading a model takes longer than a small convolution; the key is the
configuration with all shapes, never the data. A model with constants is read for every call.
"""

from typing import Any

import cv2
import numpy as np
from onnx import ModelProto

from conv2d_adapters.caches.by_text import Kept
from conv2d_adapters.onnx_models.conv import Array, Attributes, attributes, conv_model, named
from conv2d_adapters.options.reading import number_of, one_of
from conv2d_conformance import Adapter, Capabilities
from conv2d_conformance.adapter import VIEWS

VERSIONS = 13, 8
ENGINES = {"auto": cv2.dnn.ENGINE_AUTO, "new": cv2.dnn.ENGINE_NEW, "classic": cv2.dnn.ENGINE_CLASSIC}
OUTPUT = {"y": ("N", "M", "OH", "OW")}


def network(model: ModelProto, engine: str) -> Any:
    return cv2.dnn.readNetFromONNX(np.frombuffer(model.SerializeToString(), np.uint8), ENGINES[engine])


@Kept
def network_of_inputs(dtype: str, shapes: tuple[tuple[str, Any], ...], given: Attributes, engine: str) -> Any:
    sizes = dict(shapes)
    return network(conv_model(dtype, tuple(sizes), given, VERSIONS, shapes=sizes | OUTPUT), engine)


def configure(weights: str = "constant", engine: str = "auto", threads: str = "1") -> Adapter:
    one_of(("constant", "input"), weights=weights)
    one_of(ENGINES, engine=engine)
    cv2.setNumThreads(number_of(threads=threads))

    def conv2d(input: Array, weight: Array, bias: Array | None = None, **call: Any) -> Any:
        arrays, dtype, given = named(input, weight, bias), input.dtype.name, attributes(**call)
        shapes = {name: array.shape for name, array in arrays.items()}
        if weights == "input":
            run = network_of_inputs(dtype, tuple(shapes.items()), given, engine)
        else:
            constants = {name: array for name, array in arrays.items() if name != "x"}
            model = conv_model(dtype, tuple(arrays), given, VERSIONS, shapes=shapes | OUTPUT, constants=constants)
            run, arrays = network(model, engine), {"x": input}
        for name, array in arrays.items():
            run.setInput(array, name)
        return run.forward()

    return Adapter(
        name="opencv",
        version=cv2.__version__,
        description=f"cv2.dnn.readNetFromONNX with the operator Conv on the CPU, weight and bias as {weights}",
        conv2d=conv2d,
        configure=configure,
        capabilities=Capabilities(
            dtypes={"float32"},
            padding={"explicit", "valid", "same"},
            arguments={"pair", "defaults"},
            views=frozenset(VIEWS),  # the Python binding takes every array, and copies one that is not dense
            deterministic=True,
        ),
    )


adapter = configure()
