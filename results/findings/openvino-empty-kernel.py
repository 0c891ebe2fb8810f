# /// script
# requires-python = ">=3.11"
# dependencies = ["openvino==2026.4.1", "numpy"]
# [tool.conv2d-conformance]
# title = "a kernel of height and width 0 gives memory that was never written"
# implementation = "openvino 2026.4.1"
# kind = "bug"
# gravity = 1
# breaks = ["validation.kernel-positive"]
# report = "openvino/2026.4.1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""A sum of nothing is 0, and a kernel of nothing is an error: what comes is neither."""

import sys

import numpy as np
import openvino
from openvino import opset13 as ops


def answer(size):
    image, kernel = ops.parameter([1, 1, size, size], np.float32), ops.parameter([1, 1, 0, 0], np.float32)
    y = ops.convolution(image, kernel, [1, 1], [0, 0], [0, 0], [1, 1])
    model = openvino.compile_model(openvino.Model([y], [image, kernel]), "CPU")
    return model([np.ones((1, 1, size, size), np.float32), np.ones((1, 1, 0, 0), np.float32)])[0]


try:
    answers = [answer(size) for size in range(2, 40)]
except RuntimeError as refused:
    print(f"an exception: {refused}")
    sys.exit(0)
wrong = [array for array in answers if array.any()]
print(f"OpenVINO {openvino.__version__}: {len(answers)} outputs, of which {len(wrong)} are not zero")
for array in wrong[:3]:
    print(f"  of shape {array.shape}, from {array.min()} to {array.max()}")
print("required: an exception, since the kernel has no elements")
sys.exit(1)
