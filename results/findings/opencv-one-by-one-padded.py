# /// script
# requires-python = ">=3.11"
# dependencies = ["opencv-python-headless==5.0.0.93", "onnx==1.23.2", "numpy"]
# [tool.conv2d-conformance]
# title = "a kernel of 1 x 1 with padding gives wrong numbers, and memory that nobody wrote"
# implementation = "opencv 5.0.0"
# kind = "bug"
# gravity = 1
# breaks = ["padding.zeros-both-sides", "padding.beyond-kernel", "values.index-map", "numerics.empty-sum"]
# report = "opencv/5.0.0/linux-x86_64.json"
# known = ""
# system = []
# ///
"""One pixel and two filters, the zero and the one, with a column of padding on each side."""

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


got = answer(np.ones((1, 1, 1, 1), np.float32), np.array([0, 1], np.float32).reshape(2, 1, 1, 1), pads=[0, 1, 0, 1])
required = [[0, 0, 0], [0, 1, 0]]
print(f"OpenCV {cv2.__version__}, pads=[0, 1, 0, 1]: {got.reshape(2, 3).tolist()}")
print(f"required: {required}, the pixel times each filter, between zeros")
sys.exit(got.reshape(2, 3).tolist() != required)
