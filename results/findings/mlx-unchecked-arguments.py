# /// script
# requires-python = ">=3.11"
# dependencies = ["mlx[cpu]==0.32.4", "numpy"]
# [tool.conv2d-conformance]
# title = "a negative padding and a kernel without elements are taken"
# implementation = "mlx 0.32.4"
# kind = "difference"
# gravity = 4
# breaks = ["validation.padding-non-negative", "validation.kernel-positive"]
# report = "mlx/0.32.4/linux-x86_64.json"
# known = "https://github.com/ml-explore/mlx/issues/548"
# system = []
# ///
"""A padding is a number of positions to add, and a kernel has an element at least: both calls must be refused."""

import sys

import mlx.core as mx

mx.set_default_device(mx.cpu)
image, taken = mx.ones((1, 3, 3, 1)), 0
for what, kernel, padding in (("padding -1", (1, 1, 1, 1), -1), ("a kernel of 0 x 0", (1, 0, 0, 1), 0)):
    try:
        output = mx.conv2d(image, mx.ones(kernel), padding=padding)
    except ValueError as refused:
        print(f"{what}: refused: {refused}")
    else:
        print(f"{what}: got an output of shape {output.shape}; required is an exception")
        taken = 1
sys.exit(taken)
