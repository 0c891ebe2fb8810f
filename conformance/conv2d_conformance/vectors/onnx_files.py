"""Vectors as ONNX stores those of its backends: a model and its arrays in a folder, and a tolerance beside them.

`onnx.backend.test.loader.load_model_tests(data_dir=DIR/onnx, kind="conv2d")` reads them. The tolerance is that of the
vector: 0 where one answer alone is right, and else so large that no answer which the usual grade allows is refused.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.vectors.index import VectorGeometry
from conv2d_conformance.vectors.made_vector import MadeVector
from conv2d_conformance.vectors.plain_calls import plain_calls
from conv2d_conformance.vectors.ranges import AnswerRange

DTYPES = ("float32", "float64", "float16")
"""Of the operator since version 11, which every reader has."""

OPSET, IR = 11, 6
KIND = "conv2d"


def write(folder: Path, vectors: Sequence[MadeVector]) -> int:
    """Write the models and their arrays; the number of those that can be said."""
    from onnx import numpy_helper

    count = 0
    for vector, g in plain_calls(vectors, DTYPES):
        tolerance = tolerance_of(vector.arrays["expected"], vector.default_range)
        if tolerance is None:
            continue
        case = folder / KIND / f"test_conv2d_{vector.told.name}"
        data = case / "test_data_set_0"
        data.mkdir(parents=True)
        (case / "model.onnx").write_bytes(model(vector, g).SerializeToString(deterministic=True))
        (case / "data.json").write_text(json.dumps({"rtol": 0.0, "atol": tolerance}) + "\n", encoding="utf-8")
        inputs = [name for name in ("input", "weight", "bias") if name in vector.arrays]
        for number, name in enumerate(inputs):
            tensor = numpy_helper.from_array(vector.arrays[name], name)
            (data / f"input_{number}.pb").write_bytes(tensor.SerializeToString(deterministic=True))
        output = numpy_helper.from_array(vector.arrays["expected"], "output")
        (data / "output_0.pb").write_bytes(output.SerializeToString(deterministic=True))
        count += 1
    return count


def tolerance_of(expected: Array, allowed: AnswerRange) -> float | None:
    """The largest distance of an allowed answer from the expected one, rounded upwards.

    None where no distance says what is allowed: an infinity or NaN beside finite numbers, or beside each other.
    """
    lower, upper = allowed.lower.astype(np.float64), allowed.upper.astype(np.float64)
    finite = np.isfinite(lower)
    if allowed.special is not None:
        several = (allowed.special & (allowed.special - 1)) != 0
        if ((allowed.special != 0) & (finite | several)).any():
            return None
    middle = expected.astype(np.float64)
    with np.errstate(invalid="ignore"):
        distance = np.maximum(upper - middle, middle - lower)[finite]
    most = float(distance.max(initial=0.0))
    return float(np.nextafter(most, np.inf)) if most else 0.0


def model(vector: MadeVector, g: VectorGeometry) -> Any:
    """A model of one Conv."""
    from onnx import helper

    arrays = {name: vector.arrays[name] for name in ("input", "weight", "bias") if name in vector.arrays}
    (top, bottom), (left, right) = g.pads
    node = helper.make_node(
        "Conv",
        [*arrays],
        ["output"],
        kernel_shape=[g.kh, g.kw],
        strides=g.stride,
        dilations=g.dilation,
        group=g.groups,
        pads=[top, left, bottom, right],
    )
    kinds: dict[str, Any] = {
        name: helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
        for name, array in (arrays | {"output": vector.arrays["expected"]}).items()
    }
    graph = helper.make_graph([node], "conv2d", [kinds[name] for name in arrays], [kinds["output"]])
    opset = helper.make_opsetid("", OPSET)
    return helper.make_model(graph, opset_imports=[opset], ir_version=IR, producer_name="conv2d-conformance")
