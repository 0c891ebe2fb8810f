"""A worker in plain Python: the standard library, and the definition. Use it as `command:python plain_python.py`."""

from __future__ import annotations

import json
import os
import sys
from array import array
from itertools import product
from math import prod
from typing import Any

TYPES = {"float32": "f", "float64": "d"}
CLAIMS = {"dtypes": list(TYPES), "arguments": ["pair", "defaults"]}
HELLO = {"answer": "hello", "protocol": 1, "name": "plain-python", "version": "1", "language": "python"}

answers = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)  # from here on, print writes to standard error


def conv2d(
    shapes: Any,
    x: Any,
    w: Any,
    b: Any,
    *,
    stride: Any = (1, 1),
    padding: Any = (0, 0),
    dilation: Any = (1, 1),
    groups: int = 1,
) -> tuple[tuple[int, ...], array[float]]:
    (N, C, H, W), (M, Cg, KH, KW) = shapes["input"], shapes["weight"]
    (sh, sw), (ph, pw), (dh, dw) = stride, padding, dilation
    if min(sh, sw, dh, dw, groups, KH, KW) < 1 or min(ph, pw) < 0 or M % groups or Cg * groups != C:
        raise ValueError("the arguments are out of range, or do not fit the arrays")
    OH, OW = (H + 2 * ph - dh * (KH - 1) - 1) // sh + 1, (W + 2 * pw - dw * (KW - 1) - 1) // sw + 1
    if min(OH, OW) < 1:
        raise ValueError("the kernel is larger than the padded input")
    y: array[float] = array(x.typecode)
    for n, m, oh, ow in product(range(N), range(M), range(OH), range(OW)):
        total = b[m] if b else 0.0
        first = m // (M // groups) * Cg
        for c, kh, kw in product(range(Cg), range(KH), range(KW)):
            row, col = oh * sh - ph + kh * dh, ow * sw - pw + kw * dw
            if 0 <= row < H and 0 <= col < W:
                total += x[((n * C + first + c) * H + row) * W + col] * w[((m * Cg + c) * KH + kh) * KW + kw]
        y.append(total)
    return (N, M, OH, OW), y


for line in sys.stdin.buffer:
    request = json.loads(line)
    if request["op"] == "bye":
        break
    data = {a["name"]: array(TYPES[a["dtype"]]) for a in request.get("arrays", ())}
    shapes = {a["name"]: a["shape"] for a in request.get("arrays", ())}
    for name, values in data.items():
        values.frombytes(sys.stdin.buffer.read(prod(shapes[name]) * values.itemsize))
    answer: dict[str, Any] = {"answer": "error", "kind": "protocol", "sentence": f"unknown: {request['op']}"}
    result = b""
    if request["op"] == "hello":
        answer = {**HELLO, "capabilities": CLAIMS}
    elif request["op"] == "conv2d":
        try:
            shape, y = conv2d(shapes, data["input"], data["weight"], data.get("bias"), **request["arguments"])
            result = y.tobytes()
            answer = {"answer": "result", "arrays": [{"dtype": request["arrays"][0]["dtype"], "shape": shape}]}
        except Exception as error:
            answer = {"answer": "rejected", "type": type(error).__name__, "message": str(error)}
    answer["id"] = request.get("id")
    answers.write(json.dumps(answer).encode() + b"\n" + result)
    answers.flush()
