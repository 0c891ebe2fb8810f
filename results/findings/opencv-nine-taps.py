# /// script
# requires-python = ">=3.11"
# dependencies = ["opencv-python-headless==5.0.0.93", "onnx==1.23.2", "numpy"]
# [tool.conv2d-conformance]
# title = "a kernel of 1 x 9 or 9 x 1 is taken for one of 3 x 3"
# implementation = "opencv 5.0.0"
# kind = "bug"
# gravity = 2
# breaks = ["values.every-size"]
# report = "opencv/5.0.0/linux-x86_64.json"
# known = ""
# system = []
# ///
"""A kernel of nine ones over nine ones: the sum is nine, and OpenCV adds up three."""

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


faults = 0
for kernel in ((3, 3), (1, 8), (1, 9), (9, 1), (1, 10)):
    got = answer(np.ones((1, 2, *kernel), np.float32), np.ones((2, 2, *kernel), np.float32)).ravel().tolist()
    required = [2.0 * kernel[0] * kernel[1]] * 2
    faults += got != required
    print(f"OpenCV {cv2.__version__}, kernel {kernel}: {got}, required {required}: two channels of ones")
sys.exit(faults > 0)
