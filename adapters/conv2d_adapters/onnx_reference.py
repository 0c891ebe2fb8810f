"""The reference evaluator of the `onnx` package, which says in Python what the operators of ONNX mean.

Models are kept, one for each configuration; the key is the configuration, never the data.
"""

from typing import Any

import onnx
from onnx.reference import ReferenceEvaluator

from conv2d_adapters.caches.by_text import Kept
from conv2d_adapters.onnx_models.conv import Array, Attributes, attributes, conv_model, named
from conv2d_conformance import Adapter, Capabilities
from conv2d_conformance.adapter import VIEWS


@Kept
def evaluator(dtype: str, names: tuple[str, ...], given: Attributes) -> ReferenceEvaluator:
    return ReferenceEvaluator(conv_model(dtype, names, given, (22, 10)))


def conv2d(input: Array, weight: Array, bias: Array | None = None, **call: Any) -> Any:
    arrays = named(input, weight, bias)
    answers: Any = evaluator(input.dtype.name, tuple(arrays), attributes(**call)).run(None, arrays)
    return answers[0]


adapter = Adapter(
    name="onnx-reference",
    version=onnx.__version__,
    description="the ONNX operator Conv-22 by onnx.reference.ReferenceEvaluator",
    conv2d=conv2d,
    capabilities=Capabilities(
        dtypes={"float32", "float64", "float16", "bfloat16"},
        padding={"explicit", "valid", "same"},
        arguments={"pair", "defaults"},
        empty_batch=True,
        views=frozenset(VIEWS),  # it computes with NumPy, whose functions take every array
        deterministic=True,
        thread_safe=True,
    ),
)
