# /// script
# requires-python = ">=3.11"
# dependencies = ["opencv-python-headless==5.0.0.93", "onnx==1.23.2", "numpy"]
# [tool.conv2d-conformance]
# title = "subnormal numbers count as zero"
# implementation = "opencv 5.0.0"
# kind = "difference"
# gravity = 5
# breaks = ["numerics.subnormals"]
# report = "opencv/5.0.0/linux-x86_64.json"
# known = "https://github.com/opencv/opencv/pull/21521"
# system = []
# ///
"""The smallest float32 times one."""

import sys

import cv2
import numpy as np
from onnx import TensorProto, helper, numpy_helper


def answer(x, weight, **attributes):
    node = helper.make_node("Conv", ["x", "w"], ["y"], **attributes)
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", "M", "OH", "OW"])]
    graph = helper.make_graph([node], "conv", inputs, outputs, [numpy_helper.from_array(weight, "w")])
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)])
    net = cv2.dnn.readNetFromONNX(np.frombuffer(model.SerializeToString(), np.uint8))
    net.setInput(x)
    return net.forward()


x = np.array([2**-149, 2**-127, 2**-126], np.float32).reshape(1, 1, 1, 3)
got = answer(x, np.ones((1, 1, 1, 1), np.float32)).ravel()
print(f"OpenCV {cv2.__version__}: {got}")
print(f"required: {x.ravel()}, by IEEE 754; NumPy in the same process gives {(x * np.float32(1)).ravel()}")
sys.exit(not np.array_equal(got, x.ravel()))
