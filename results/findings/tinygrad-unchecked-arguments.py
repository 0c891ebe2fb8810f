# /// script
# requires-python = ">=3.11"
# dependencies = ["tinygrad==0.14.0", "numpy"]
# [tool.conv2d-conformance]
# title = "a dilation of 0, a negative padding, and a kernel without elements are taken"
# implementation = "tinygrad 0.14.0"
# kind = "bug"
# gravity = 4
# breaks = ["validation.dilation-positive"]
# report = "tinygrad/0.14.0/linux-x86_64.json"
# known = "https://github.com/tinygrad/tinygrad/pull/14115"
# system = ["clang"]
# ///
"""A kernel has an element at least, a dilation is a distance, and a padding a number of cells to add."""

import sys

from tinygrad import Tensor

image, taken = Tensor.ones(1, 1, 3, 3), 0
calls = {"dilation 0": (2, 0, 0), "padding -1": (1, 1, -1), "a kernel of 0 x 0": (0, 1, 0)}
for what, (size, dilation, padding) in calls.items():
    try:
        output = image.conv2d(Tensor.ones(1, 1, size, size), dilation=dilation, padding=padding)
    except (AssertionError, RuntimeError, ValueError) as refused:
        print(f"{what}: refused: {refused}")
    else:
        print(f"{what}: got an output of shape {output.shape}; required is an exception")
        taken = 1
sys.exit(taken)
