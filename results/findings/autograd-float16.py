# /// script
# requires-python = ">=3.11"
# dependencies = ["autograd==1.9.1", "numpy"]
# [tool.conv2d-conformance]
# title = "float16 is summed in float16"
# implementation = "autograd 1.9.1"
# kind = "difference"
# gravity = 5
# breaks = [
#     "values.every-size", "dtype.float16", "numerics.exact-where-exact", "numerics.single-product", "numerics.empty-sum",
#     "numerics.bound", "numerics.overflow", "numerics.subnormals", "numerics.grade", "determinism.repeatable",
#     "gradients.bound",
# ]
# report = "autograd/1.9.1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""A sum of float16 products in float32 is exact here; NumPy's einsum, which autograd calls, rounds each step to float16."""

import sys

import numpy as np
from autograd.scipy.signal import convolve

x, w = np.zeros((2, 1, 2), np.float16), np.full((2, 1, 1), 2048, np.float16)
x[0, 0, 0], x[1, 0, 0] = 1883, -1883
y = convolve(x, w, axes=((1, 2), (1, 2)), dot_axes=((0,), (0,)), mode="valid")
print(f"1883 * 2048 - 1883 * 2048: got {y.ravel()}, required is 0, as of all other elements")
sys.exit(bool((y != 0).any()))
