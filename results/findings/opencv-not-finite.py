# /// script
# requires-python = ">=3.11"
# dependencies = ["opencv-python-headless==5.0.0.93", "onnx==1.23.2", "numpy"]
# [tool.conv2d-conformance]
# title = "infinity and NaN become the largest finite number"
# implementation = "opencv 5.0.0"
# kind = "bug"
# gravity = 3
# breaks = ["numerics.overflow"]
# report = "opencv/5.0.0/linux-x86_64.json"
# known = ""
# system = []
# ///
"""An infinity, a NaN and a product beyond the largest number, under a kernel of one element."""

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


x = np.array([np.inf, np.nan, 3e38, -np.inf], np.float32).reshape(1, 1, 1, 4)
got = answer(x, np.full((1, 1, 1, 1), 2, np.float32)).ravel()
print(f"OpenCV {cv2.__version__}: {got}")
print("required: [inf nan inf -inf], by IEEE 754; no activation is asked for")
sys.exit(not np.array_equal(got, [np.inf, np.nan, np.inf, -np.inf], equal_nan=True))
