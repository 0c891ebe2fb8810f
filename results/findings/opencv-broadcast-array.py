# /// script
# requires-python = ">=3.11"
# dependencies = ["opencv-python-headless==5.0.0.93", "onnx==1.23.2", "numpy"]
# [tool.conv2d-conformance]
# title = "setInput reads memory behind an array that repeats its memory"
# implementation = "opencv 5.0.0"
# kind = "bug"
# gravity = 1
# breaks = ["memory.view-broadcast"]
# report = "opencv/5.0.0/linux-x86_64.json"
# known = ""
# system = []
# ///
"""One image that stands for two, by a memory stride of 0: the second image is whatever lies behind it."""

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


memory = np.full(64, 7, np.float32)
memory[:6] = range(6)
x = np.broadcast_to(memory[:6].reshape(1, 1, 2, 3), (2, 1, 2, 3))
got = answer(x, np.ones((1, 1, 1, 1), np.float32)).reshape(2, 6)
print(f"OpenCV {cv2.__version__}: {got.tolist()}")
print("required: twice [0, 1, 2, 3, 4, 5], or an error; the sevens lie behind the array")
sys.exit(not np.array_equal(got, x.reshape(2, 6)))
