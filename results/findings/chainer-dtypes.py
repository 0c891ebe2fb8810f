# /// script
# requires-python = ">=3.11,<3.12"
# dependencies = ["chainer==7.8.1", "numpy<1.24", "setuptools<70"]
# [tool.conv2d-conformance]
# title = "a weight of another dtype than the input is taken"
# implementation = "chainer 7.8.1"
# kind = "difference"
# gravity = 4
# breaks = ["validation.dtypes-equal"]
# report = "chainer/7.8.1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""PyTorch refuses an input and a weight of different dtypes; Chainer computes, and gives the dtype of the input."""

import sys

import chainer
import numpy as np

try:
    y = chainer.functions.convolution_2d(np.ones((1, 1, 1, 1), np.float32), np.full((1, 1, 1, 1), 1 / 3))
except (chainer.utils.type_check.InvalidType, ValueError, AssertionError) as error:
    print(f"refused: {type(error).__name__}")
    sys.exit(0)
print(f"got {y.array}, of {y.dtype}; required is an exception")
sys.exit(1)
