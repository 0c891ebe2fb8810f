"""A worker for Chainer's `convolution_2d`, which needs NumPy before 1.24, and so a Python of its own.

Use it as `command:PYTHON on_chainer.py`. The initial values are those of `links.Convolution2D`, the layer around it.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable
from typing import Any

import chainer
import numpy as np

CLAIMS = {
    "dtypes": ["float16", "float32", "float64"],
    "arguments": ["pair", "scalar", "defaults"],
    "non_finite": True,
    "validation": True,
    "deterministic": True,
}
HELLO = {
    "answer": "hello",
    "protocol": 1,
    "name": "chainer",
    "version": chainer.__version__,
    "language": "python",
    "description": "chainer.functions.convolution_2d",
    "operations": ["conv2d", "initialize", "gradients"],
    "capabilities": CLAIMS,
    "environment": {"numpy": np.__version__, "interpreter": sys.version.split()[0]},
}
NAMES = {"stride": "stride", "padding": "pad", "dilation": "dilate", "groups": "groups"}

answers = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)  # from here on, print writes to standard error


def pair(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def convolve(x: Any, weight: Any, bias: Any, arguments: Any) -> Any:
    named = {NAMES[name]: pair(value) for name, value in arguments.items()}
    return chainer.functions.convolution_2d(x, weight, bias, **named)


def conv2d(arguments: Any, input: Any, weight: Any, bias: Any = None) -> list[Any]:
    return [convolve(input, weight, bias, arguments).array]


def gradients(arguments: Any, input: Any, weight: Any, grad_output: Any, bias: Any = None) -> list[Any]:
    x, w, b = (None if array is None else chainer.Variable(array) for array in (input, weight, bias))
    sources = [x, w] if b is None else [x, w, b]
    found = chainer.grad([convolve(x, w, b, arguments)], sources, [chainer.Variable(grad_output)])
    return [value.array for value in found] if b is not None else [*(value.array for value in found), None]


def initialize(arguments: Any) -> list[Any]:
    np.random.seed(arguments["seed"])
    channels, size = (arguments["in_channels"], arguments["out_channels"]), pair(arguments["kernel_size"])
    nobias, groups = not arguments.get("bias", True), arguments.get("groups", 1)
    with chainer.using_config("dtype", np.dtype(arguments["dtype"])):
        layer = chainer.links.Convolution2D(*channels, size, nobias=nobias, groups=groups)
    return [layer.W.array, None if layer.b is None else layer.b.array]


OPERATIONS: dict[str, Callable[..., list[Any]]] = {"conv2d": conv2d, "initialize": initialize, "gradients": gradients}

for line in sys.stdin.buffer:
    request = json.loads(line)
    if request["op"] == "bye":
        break
    data = {}
    for entry in request.get("arrays", ()):
        shape, dtype = entry["shape"], np.dtype(entry["dtype"])
        read = sys.stdin.buffer.read(math.prod(shape) * dtype.itemsize)
        data[entry["name"]] = np.ndarray(shape, dtype, bytearray(read))
    answer: dict[str, Any] = {"answer": "error", "kind": "protocol", "sentence": f"unknown: {request['op']}"}
    result: list[Any] = []
    if request["op"] == "hello":
        answer = HELLO
    elif request["op"] in OPERATIONS:
        try:
            result = OPERATIONS[request["op"]](request["arguments"], **data)
            entries = [a if a is None else {"dtype": a.dtype.name, "shape": a.shape} for a in result]
            answer = {"answer": "result", "arrays": entries}
        except Exception as error:
            answer = {"answer": "rejected", "type": type(error).__name__, "message": str(error)}
    answers.write(json.dumps({**answer, "id": request.get("id")}).encode() + b"\n")
    answers.writelines(array.tobytes() for array in result if array is not None)
    answers.flush()
