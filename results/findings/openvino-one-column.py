# /// script
# requires-python = ">=3.11"
# dependencies = ["openvino==2026.4.1", "numpy"]
# [tool.conv2d-conformance]
# title = "wrong numbers where the output of one channel is one column wide and the stride is more than 1"
# implementation = "openvino 2026.4.1"
# kind = "bug"
# gravity = 2
# breaks = ["values.index-map"]
# report = "openvino/2026.4.1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""64 rows of three pixels under a kernel as wide as they are: the stride of the width has nothing to do."""

import sys

import numpy as np
import openvino
from openvino import opset13 as ops

rows = np.arange(64, dtype=np.float32)
x = np.stack([rows, 100 + rows, 200 + rows], axis=1).reshape(1, 1, 64, 3)
weight = np.array([1, 0, 0], np.float32).reshape(1, 1, 1, 3)


def answer(stride):
    parameter = ops.parameter(x.shape, np.float32)
    y = ops.convolution(parameter, ops.constant(weight), [1, stride], [0, 0], [0, 0], [1, 1])
    settings = {"INFERENCE_PRECISION_HINT": "f32"}
    model = openvino.compile_model(openvino.Model([y], [parameter]), "CPU", settings)
    return model([x])[0].ravel()


one, two = answer(1), answer(2)
print(f"OpenVINO {openvino.__version__}")
print(f"stride 1 along the width: {one[:8]} ...")
print(f"stride 2 along the width: {two[:8]} ...")
print("required by both: [0. 1. 2. 3. 4. 5. 6. 7.] ..., the first pixel of each row, since one window fits")
sys.exit(not (np.array_equal(one, rows) and np.array_equal(two, rows)))
