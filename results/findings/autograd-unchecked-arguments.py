# /// script
# requires-python = ">=3.11"
# dependencies = ["autograd==1.9.1", "numpy"]
# [tool.conv2d-conformance]
# title = "any number of axes, any dtypes and a kernel of size 0 are taken"
# implementation = "autograd 1.9.1"
# kind = "difference"
# gravity = 4
# breaks = [
#     "validation.kernel-positive", "validation.input-rank", "validation.weight-rank", "validation.dtypes-equal",
#     "validation.weight-dtype-empty-batch", "validation.bias-dtype-valid", "validation.bias-shape",
# ]
# report = "autograd/1.9.1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""PyTorch refuses these calls; autograd computes with what NumPy makes of them, and promotes dtypes."""

import sys

import numpy as np
from autograd.scipy.signal import convolve

AXES = {"axes": ((2, 3), (2, 3)), "dot_axes": ((1,), (1,)), "mode": "valid"}
x, w, taken = np.ones((1, 1, 3, 3), np.float32), np.ones((1, 1, 2, 2), np.float32), 0
for name, arrays in {
    "a kernel of size 0": (x, w[:, :, :0, :0]),
    "an input of five axes": (x[..., None], w),
    "a weight of five axes": (x, w[..., None]),
    "a weight of float64": (x, w.astype(np.float64)),
}.items():
    try:
        y = convolve(*arrays, **AXES)
    except Exception as error:
        print(f"{name}: refused, {type(error).__name__}")
    else:
        print(f"{name}: got a result of shape {y.shape} and {y.dtype}; required is an exception")
        taken += 1
sys.exit(taken > 0)
