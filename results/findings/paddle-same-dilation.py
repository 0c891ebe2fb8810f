# /// script
# requires-python = ">=3.11"
# dependencies = ["paddlepaddle==3.3.1", "numpy"]
# [tool.conv2d-conformance]
# title = "the padding `same` ignores the dilation"
# implementation = "paddle 3.3.1"
# kind = "bug"
# gravity = 2
# breaks = [
#     "values.definition", "padding.same-dilated", "dtype.float32", "dtype.float64", "numerics.exact-where-exact",
#     "numerics.bound", "numerics.grade", "special-values.outside-window", "memory.guards-unchanged",
#     "memory.result-owns-memory", "memory.view-transposed", "memory.view-channels-last", "memory.view-offset",
#     "memory.view-broadcast", "memory.view-fortran", "memory.view-read-only", "memory.view-negative",
#     "determinism.no-state", "determinism.after-rejection", "determinism.repeatable",
#     "determinism.global-state-unchanged", "gradients.same", "gradients.exact-where-exact", "gradients.bound",
#     "gradients.inputs-unchanged", "gradients.results-own-memory",
# ]
# report = "paddle/3.3.1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""The taps of a kernel of 1 x 2 with a dilation of 2 are two columns apart, whatever the padding is."""

import sys

import numpy as np
import paddle

paddle.set_device("cpu")
image = paddle.to_tensor(np.arange(1, 6, dtype=np.float32).reshape(1, 1, 1, 5))
kernel = paddle.to_tensor(np.ones((1, 1, 1, 2), np.float32))
same = paddle.nn.functional.conv2d(image, kernel, padding="SAME", dilation=2).numpy().ravel()
explicit = paddle.nn.functional.conv2d(image, kernel, padding=[0, 0, 1, 1], dilation=2).numpy().ravel()
print(f"SAME                       got {same}")
print(f"the same padding as numbers got {explicit}, as required")
sys.exit(not np.array_equal(same, explicit))
