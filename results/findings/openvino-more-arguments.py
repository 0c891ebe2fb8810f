# /// script
# requires-python = ">=3.11"
# dependencies = ["openvino==2026.4.1", "numpy"]
# [tool.conv2d-conformance]
# title = "`same_upper` is taken with strides, empty attributes count as absent, and Add broadcasts a bias of one element"
# implementation = "openvino 2026.4.1"
# kind = "difference"
# gravity = 5
# breaks = ["validation.same-needs-stride-one", "validation.pair-length", "validation.bias-shape"]
# report = "openvino/2026.4.1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""The document refuses all three; OpenVINO's operators define them."""

import sys

import numpy as np
import openvino
from openvino import opset13 as ops


def shape(strides, auto_pad="explicit", bias=None):
    image, kernel = ops.parameter([1, 1, 4, 4], np.float32), ops.parameter([2, 1, 2, 2], np.float32)
    y = ops.convolution(image, kernel, strides, [0, 0], [0, 0], [1, 1], auto_pad)
    if bias is not None:
        y = ops.add(y, ops.unsqueeze(ops.constant(bias), [0, 2, 3]))
    model = openvino.compile_model(openvino.Model([y], [image, kernel]), "CPU")
    return model([np.ones((1, 1, 4, 4), np.float32), np.ones((2, 1, 2, 2), np.float32)])[0].shape


try:
    shapes = [shape([2, 1], "same_upper"), shape([]), shape([1, 1], bias=np.ones(1, np.float32))]
except RuntimeError as refused:
    print(f"an exception: {refused}")
    sys.exit(0)
print(f"same_upper with the strides [2, 1]: a result of shape {shapes[0]}")
print(f"the strides []: a result of shape {shapes[1]}")
print(f"a bias of one element for two channels: a result of shape {shapes[2]}")
print("the document refuses them")
sys.exit(1)
