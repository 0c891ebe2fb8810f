# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy", "openvino==2026.4.1"]
# [tool.conv2d-conformance]
# title = "in bfloat16 the sums are rounded before the bias is added"
# implementation = "openvino 2026.4.1"
# kind = "difference"
# gravity = 5
# breaks = ["dtype.float32"]
# report = "openvino/2026.4.1/linux-x86_64-precision=default.json"
# known = ""
# system = []
# ///
"""Inputs, weights and results are numbers of bfloat16; the sum between them is not. On CPUs with AVX512_BF16."""

import sys

import numpy as np
import openvino
from openvino import opset13 as ops

IMAGE, FILTER = (1, 3, 9, 14), (1, 3, 2, 5)
x, w, b = (ops.parameter(shape, np.float32) for shape in (IMAGE, FILTER, (1, 1, 1, 1)))
y = ops.add(ops.convolution(x, w, [1, 1], [0, 0], [0, 0], [1, 1]), b)
drawn = np.random.default_rng(0)
image, weight = (drawn.integers(-10, 11, shape).astype(np.float32) for shape in (IMAGE, FILTER))
windows = np.lib.stride_tricks.sliding_window_view(image[0], FILTER[2:], axis=(1, 2))
required = np.einsum("chwij,cij->hw", windows, weight[0]) + 5
arrays = [image, weight, np.full((1, 1, 1, 1), 5, np.float32)]
model = openvino.compile_model(openvino.Model([y], [x, w, b]), "CPU", {"INFERENCE_PRECISION_HINT": "bf16"})
got = model(arrays)[0][0, 0]
numbers_of_bfloat16 = required.view(np.uint32) % 2**16 == 0
wrong = (got != required) & numbers_of_bfloat16
for found, right in list(zip(got[wrong], required[wrong], strict=True))[:3]:
    print(f"{right - 5} + 5: got {found}, required {right}")
sys.exit(bool(wrong.any()))
