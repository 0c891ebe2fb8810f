# /// script
# requires-python = ">=3.11"
# dependencies = ["openvino==2026.4.1", "numpy"]
# [tool.conv2d-conformance]
# title = "a negative stride, dilation or padding passes the validation, and is answered for an empty batch"
# implementation = "openvino 2026.4.1"
# kind = "bug"
# gravity = 4
# breaks = ["validation.stride-positive", "validation.dilation-positive", "validation.padding-non-negative"]
# report = "openvino/2026.4.1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""OpenVINO's specification of Convolution-1 has integers from 0 for all three of them."""

import sys

import numpy as np
import openvino
from openvino import opset13 as ops


def told(strides, pads, dilations):
    image, kernel = ops.parameter([0, 1, 1, 1], np.float32), ops.parameter([1, 1, 1, 1], np.float32)
    try:
        y = ops.convolution(image, kernel, strides, pads, pads, dilations)
        model = openvino.compile_model(openvino.Model([y], [image, kernel]), "CPU")
        answer = model([np.ones((0, 1, 1, 1), np.float32), np.ones((1, 1, 1, 1), np.float32)])[0]
    except (RuntimeError, TypeError) as refused:
        return f"an exception: {refused}"
    return f"a result of shape {answer.shape}"


said = {
    "strides [-2, 3]": told([-2, 3], [0, 0], [1, 1]),
    "pads [-1, 0]": told([1, 1], [-1, 0], [1, 1]),
    "dilations [-1, 1]": told([1, 1], [0, 0], [-1, 1]),
}
for what, got in said.items():
    print(f"{what}: {got}; required is an exception")
sys.exit(any(got.startswith("a result") for got in said.values()))
