# /// script
# requires-python = ">=3.11"
# dependencies = ["opencv-python-headless==5.0.0.93", "onnx==1.23.2", "numpy"]
# [tool.conv2d-conformance]
# title = "auto_pad SAME_UPPER with a dilation is shifted"
# implementation = "opencv 5.0.0"
# kind = "bug"
# gravity = 2
# breaks = ["padding.same-dilated"]
# report = "opencv/5.0.0/linux-x86_64.json"
# known = ""
# system = []
# ///
"""A row of five pixels under the kernel (1, 10), whose two elements are two pixels apart."""

import sys

import cv2
import numpy as np
from onnx import TensorProto, helper, numpy_helper


def answer(**padding):
    node = helper.make_node("Conv", ["x", "w"], ["y"], dilations=[1, 2], **padding)
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, 1, 5]) for name in "xy")
    weight = numpy_helper.from_array(np.array([1, 10], np.float32).reshape(1, 1, 1, 2), "w")
    model = helper.make_model(helper.make_graph([node], "conv", [x], [y], [weight]))
    model.ir_version, model.opset_import[0].version = 8, 13
    net = cv2.dnn.readNetFromONNX(np.frombuffer(model.SerializeToString(), np.uint8))
    net.setInput(np.arange(1, 6, dtype=np.float32).reshape(1, 1, 1, 5))
    return net.forward().ravel()


same, explicit = answer(auto_pad="SAME_UPPER"), answer(pads=[0, 1, 0, 1])
print(f"OpenCV {cv2.__version__}, auto_pad=SAME_UPPER:     {same}")
print(f"the same padding in numbers, one on each side: {explicit}")
print("required: [20. 31. 42. 53.  4.] by both: ONNX splits the padding between the two sides, and here it is 2")
sys.exit(not np.array_equal(same, explicit))
