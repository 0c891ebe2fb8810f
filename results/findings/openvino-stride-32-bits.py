# /// script
# requires-python = ">=3.11"
# dependencies = ["openvino==2026.4.1", "numpy"]
# [tool.conv2d-conformance]
# title = "a stride of 2**35 ends the process in a convolution with groups"
# implementation = "openvino 2026.4.1"
# kind = "bug"
# gravity = 1
# breaks = ["stride.beyond-kernel"]
# report = "openvino/2026.4.1/linux-x86_64-only=stride.beyond-kernel.json"
# known = ""
# system = []
# ///
"""One window fits along the width, so that the stride has nothing to do."""

import subprocess
import sys
from importlib.metadata import version

print("openvino", version("openvino"))  # its absence is an error, and no sign that the fault is gone
CALL = """
import numpy as np, openvino
from openvino import opset13 as ops

parameter = ops.parameter([1, 3, 4, 5], np.float32)
filters = ops.constant(np.ones((3, 1, 1, 3, 2), np.float32))
y = ops.group_convolution(parameter, filters, [1, {stride}], [0, 0], [0, 0], [1, 1])
model = openvino.compile_model(openvino.Model([y], [parameter]), "CPU")
print(set(model([np.ones((1, 3, 4, 5), np.float32)])[0].ravel().tolist()))
"""
faults = 0
for stride in (2**31 - 1, 2**31, 2**35):
    done = subprocess.run([sys.executable, "-c", CALL.format(stride=stride)], capture_output=True, text=True)
    died = done.returncode < 0
    told = f"ended by signal {-done.returncode}" if died else (done.stdout + done.stderr).strip().splitlines()[-1]
    faults += died or (done.returncode == 0 and told != "{6.0}")
    print(f"stride {stride} along the width: {told}; required: sixes alone, or an error of Python")
sys.exit(faults > 0)
