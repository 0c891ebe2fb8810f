# /// script
# requires-python = ">=3.11"
# dependencies = ["tinygrad==0.14.0", "numpy"]
# [tool.conv2d-conformance]
# title = "arrays of different dtypes are promoted, and a bias of one element is broadcast"
# implementation = "tinygrad 0.14.0"
# kind = "difference"
# gravity = 5
# breaks = ["validation.dtypes-equal", "validation.bias-shape"]
# report = "tinygrad/0.14.0/linux-x86_64.json"
# known = ""
# system = ["clang"]
# ///
"""nn_conv2d refuses both; tinygrad promotes and broadcasts in all of its operations."""

import sys

from tinygrad import Tensor

image, kernel, taken = Tensor.ones(1, 1, 3, 3), Tensor.ones(2, 1, 1, 1), 0
for what, weight, bias in (
    ("float32 by float64", kernel.cast("float64"), None),
    ("2 channels and a bias of 1", kernel, Tensor.ones(1)),
):
    try:
        output = image.conv2d(weight, bias)
    except (AssertionError, RuntimeError, ValueError) as refused:
        print(f"{what}: refused: {refused}")
    else:
        print(f"{what}: got {output.dtype} of shape {output.shape}; required is an exception")
        taken = 1
sys.exit(taken)
