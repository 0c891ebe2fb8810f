# /// script
# requires-python = ">=3.11"
# dependencies = ["MNN==3.6.1", "numpy"]
# [tool.conv2d-conformance]
# title = "a dilation of 2**32 ends the process by a division by zero"
# implementation = "MNN 3.6.1"
# kind = "bug"
# gravity = 1
# breaks = ["dilation.one-by-one"]
# report = "mnn/3.6.1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""Under a kernel of one element a dilation changes nothing, and every output is the input."""

import subprocess
import sys
from importlib.metadata import version

print("MNN", version("MNN"))  # its absence is an error, and no sign that the fault is gone
CALL = """
import MNN.expr as expr, numpy as np

def variable(array):
    return expr.const(array, array.shape, expr.NCHW)

x, w, b = np.ones((1, 1, 3, 4), np.float32), np.ones((2, 1, 1, 1), np.float32), np.zeros(2, np.float32)
y = expr.conv2d(expr.convert(variable(x), expr.NC4HW4), variable(w), variable(b), dilate=(1, {dilation}))
print(set(np.array(expr.convert(y, expr.NCHW).read()).ravel().tolist()))
"""
faults = 0
for dilation in (1000, 2**31 - 1, 2**32):
    done = subprocess.run([sys.executable, "-c", CALL.format(dilation=dilation)], capture_output=True, text=True)
    died = done.returncode < 0
    told = f"ended by signal {-done.returncode}" if died else (done.stdout + done.stderr).splitlines()[-1]
    faults += died or (done.returncode == 0 and told != "{1.0}")
    print(f"dilation {dilation} along the height: {told}; required: ones alone, or an error of Python")
sys.exit(faults > 0)
