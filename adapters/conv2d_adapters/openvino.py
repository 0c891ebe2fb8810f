"""OpenVINO's `Convolution` and `GroupConvolution` on the CPU, in a model of one convolution.

Options: `precision` (f32, bf16, f16) is the hint INFERENCE_PRECISION_HINT; default leaves the choice to OpenVINO, as
those do who say nothing: bfloat16 where the processor has it. `threads` (1) is INFERENCE_NUM_THREADS.

Compiling takes some 50 ms, so compiled models are kept; the key is the configuration with all shapes, never the data.
The operators have no bias: OpenVINO's `Add` adds it. They have no number of groups either, which is the first of five
axes of the filter: OpenVINO's `Reshape` makes them, so that it is what refuses a number below 1, or one that does not
divide the output channels. OpenVINO hands bfloat16 over as bits in arrays of float16.
"""

from typing import Any

import numpy as np
import openvino
from openvino import Type
from openvino import opset13 as ops

from conv2d_adapters.caches.by_text import Kept
from conv2d_adapters.options.reading import number_of, one_of
from conv2d_conformance import Adapter, Capabilities
from conv2d_conformance.adapter import VIEWS

AUTO_PAD = {"valid": "valid", "same": "same_upper"}
CLAIMED = {
    "f32": ({"float32", "float16", "bfloat16"}, {}),
    "bf16": ({"float32", "bfloat16"}, {"float32": "R-bf16"}),
    "f16": ({"float32", "float16"}, {"float32": "R-fp16"}),
}
"""The dtypes that each precision computes, and the grades of those that are rounded to it first."""

Array = np.ndarray[Any, Any]
core = openvino.Core()


@Kept
def compiled(kinds: Any, settings: Any, *, stride: Any, padding: Any, dilation: Any, groups: int) -> Any:
    arrays = [ops.parameter(shape, Type.bf16 if dtype.name == "bfloat16" else Type(dtype)) for dtype, shape in kinds]
    x, w, *bias = arrays
    pads, auto_pad = ([0, 0], AUTO_PAD[padding]) if isinstance(padding, str) else (list(padding), "explicit")
    attributes = list(stride), pads, pads, list(dilation), auto_pad
    grouped = ops.reshape(w, [groups, -1, *kinds[1][1][1:]], False) if groups != 1 else w
    y = (ops.convolution if groups == 1 else ops.group_convolution)(x, grouped, *attributes)
    for b in bias:
        y = ops.add(y, ops.unsqueeze(b, [0, 2, 3]))
    return core.compile_model(openvino.Model([y], arrays), "CPU", dict(settings))


def configure(precision: str = "f32", threads: str = "1") -> Adapter:
    one_of((*CLAIMED, "default"), precision=precision)
    hint = {} if precision == "default" else {"INFERENCE_PRECISION_HINT": precision}
    settings = (("INFERENCE_NUM_THREADS", number_of(threads=threads)), *hint.items())

    def conv2d(input: Array, weight: Array, bias: Array | None = None, **call: Any) -> Any:
        arrays = [array for array in (input, weight, bias) if array is not None]
        kinds = tuple((array.dtype, array.shape) for array in arrays)
        model = compiled(kinds, settings, **call)
        bits = [array.view(np.float16) if array.dtype.name == "bfloat16" else array for array in arrays]
        return model.infer_new_request(bits)[0].view(input.dtype)

    chosen = hint.get("INFERENCE_PRECISION_HINT") or core.get_property("CPU", "INFERENCE_PRECISION_HINT").to_string()
    dtypes, grades = CLAIMED[chosen]
    return Adapter(
        name="openvino",
        version=openvino.__version__.partition("-")[0],
        description=f"Convolution and GroupConvolution, whose filter a Reshape makes, in the precision {chosen}",
        conv2d=conv2d,
        configure=configure,
        composed={"bias": "openvino.opset13.add"},
        capabilities=Capabilities(
            dtypes=dtypes,
            grades=grades,
            padding={"explicit", "valid", "same"},
            empty_batch=True,
            views=frozenset(VIEWS),  # the Python binding takes every array, and copies one that is not dense
            validation=True,  # "Throws if the node is invalid" (validate_and_infer_types)
            deterministic=True,
            thread_safe=True,
        ),
    )


adapter = configure()
