"""Vectors as the Web Platform Tests of WebNN have theirs, in one file of JSON: {"operation": ..., "tests": [...]}.

Their rule allows 2 KH KW C/groups units in the last place of the expected value. That is less than a right
implementation may err where large products cancel, so only vectors are written whose allowed answers all keep the rule.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.typed_json import Json
from conv2d_conformance.vectors.index import VectorGeometry
from conv2d_conformance.vectors.made_vector import MadeVector
from conv2d_conformance.vectors.plain_calls import plain_calls

DTYPES = ("float32", "float16")
LARGEST = (1 << 32) - 1
"""Of an option, which is an unsigned long of Web IDL."""

SOURCE = "https://github.com/web-platform-tests/wpt/blob/master/webnn/conformance_tests/conv2d.https.any.js"


def write(folder: Path, vectors: Sequence[MadeVector]) -> int:
    """Write conv2d.json; the number of the tests."""
    tests = [test(vector, g) for vector, g in plain_calls(vectors, DTYPES) if keeps_the_rule(vector, g)]
    told: Json = {"operation": "conv2d", "tests": tests}
    (folder / "conv2d.json").write_text(json.dumps(told, allow_nan=False) + "\n", encoding="utf-8")
    return len(tests)


def keeps_the_rule(vector: MadeVector, g: VectorGeometry) -> bool:
    """Whether the numbers can be said, the arrays are finite, and no answer is refused that the usual grade allows."""
    if max(*g.stride, *g.dilation, *itertools.chain(*g.pads), g.groups) > LARGEST:
        return False
    allowed, units = vector.default_range, 2 * g.kh * g.kw * (g.c // g.groups)
    given = [vector.arrays[name] for name in ("input", "weight", "bias") if name in vector.arrays]
    ends = (allowed.lower, vector.arrays["expected"], allowed.upper)
    if allowed.special is not None or not all(np.isfinite(array).all() for array in (*given, *ends)):
        return False
    lower, middle, upper = map(places, ends)
    return bool((np.maximum(upper - middle, middle - lower) <= units).all())


def places(array: Array) -> Any:
    """Integers in the order of the numbers, by which units in the last place are counted. Both zeros are 0."""
    bits = array.view(f"i{array.itemsize}").astype(np.int64)
    smallest = np.int64(-1) << (8 * array.itemsize - 1)
    return np.where(bits < 0, smallest - bits, bits)


def test(vector: MadeVector, g: VectorGeometry) -> Json:
    """One test: the graph of a conv2d, its inputs, and the output."""
    (top, bottom), (left, right) = g.pads
    options: dict[str, Json] = {
        "padding": [top, bottom, left, right],
        "strides": [*g.stride],
        "dilations": [*g.dilation],
        "groups": g.groups,
    }
    inputs: dict[str, Json] = {"conv2dInput": _tensor(vector, "input"), "conv2dFilter": _tensor(vector, "weight")}
    if "bias" in vector.arrays:
        inputs["conv2dBias"] = _tensor(vector, "bias")
        options["bias"] = "conv2dBias"
    arguments: list[Json] = [{"input": "conv2dInput"}, {"filter": "conv2dFilter"}, {"options": options}]
    return {
        "name": f"conv2d {vector.told.name} {vector.told.requirement}: {vector.told.case}",
        "graph": {
            "inputs": inputs,
            "operators": [{"name": "conv2d", "arguments": arguments, "outputs": "conv2dOutput"}],
            "expectedOutputs": {"conv2dOutput": _tensor(vector, "expected")},
        },
    }


def _tensor(vector: MadeVector, name: str) -> Json:
    array = vector.arrays[name]
    data: list[Json] = [*array.astype(np.float64).ravel().tolist()]
    return {"data": data, "descriptor": {"shape": [*array.shape], "dataType": vector.told.dtype}}
