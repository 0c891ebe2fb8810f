# /// script
# requires-python = ">=3.11"
# dependencies = ["mlx[cpu]==0.32.4", "numpy"]
# [tool.conv2d-conformance]
# title = "float64 is computed in float32 and returned as float64, or refused"
# implementation = "mlx 0.32.4"
# kind = "bug"
# gravity = 2
# breaks = [
#     "values.every-size", "dtype.float64", "numerics.exact-where-exact", "numerics.single-product",
#     "numerics.empty-sum", "numerics.bound", "numerics.overflow", "numerics.subnormals",
#     "gradients.single-product", "gradients.bound",
# ]
# report = "mlx/0.32.4/linux-x86_64.json"
# known = "https://github.com/ml-explore/mlx/issues/3047"
# system = []
# ///
"""mlx documents float64 for the CPU. The product of 1 and a float64 is that float64, to its last bit."""

import sys

import mlx.core as mx
import numpy as np

mx.set_default_device(mx.cpu)
value = 1.8133540609793564
image = mx.array(np.ones((1, 1, 1, 1)), dtype=mx.float64)
kernel = mx.array(np.full((1, 1, 1, 1), value), dtype=mx.float64)
output = mx.conv2d(image, kernel)
print(f"got      {output.item()!r}, as {output.dtype}")
print(f"required {value!r}; {float(np.float32(value))!r} is it in float32")
try:
    mx.eval(mx.conv2d(image, kernel, dilation=2))
except ValueError as refused:
    print(f"with a dilation of 2: refused: {refused}")
sys.exit(output.item() != value)
