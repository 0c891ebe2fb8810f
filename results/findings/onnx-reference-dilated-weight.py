# /// script
# requires-python = ">=3.11"
# dependencies = ["onnx==1.23.2", "numpy"]
# [tool.conv2d-conformance]
# title = "a dilated weight is filled up with zeros, which takes gigabytes for a layer of DeepLab"
# implementation = "onnx-reference 1.23.2"
# kind = "limit"
# gravity = 1
# breaks = ["values.every-size"]
# report = "onnx-reference/1.23.2/linux-x86_64.json"
# known = ""
# system = []
# ///
"""A weight of 3 x 3 with a dilation of 36 becomes one of 73 x 73, nearly all of it zeros: 592 times its memory."""

import sys
import tracemalloc

import numpy as np
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

x, w = np.ones((1, 128, 3, 3), np.float32), np.ones((16, 128, 3, 3), np.float32)
places = {name: helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in "xwy"}
for dilation in (1, 36):
    conv = helper.make_node("Conv", ["x", "w"], ["y"], dilations=[dilation] * 2, pads=[dilation] * 4)
    graph = helper.make_graph([conv], "layer", [places["x"], places["w"]], [places["y"]])
    model = ReferenceEvaluator(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)]))
    tracemalloc.start()
    model.run(None, {"x": x, "w": w})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"dilation {dilation}: a weight of {w.nbytes / 2**20:.2f} MiB, at most {peak / 2**20:.1f} MiB in use")
sys.exit(int(peak > 100 * w.nbytes))
