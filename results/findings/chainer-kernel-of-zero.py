# /// script
# requires-python = ">=3.11,<3.12"
# dependencies = ["chainer==7.8.1", "numpy<1.24", "setuptools<70"]
# [tool.conv2d-conformance]
# title = "a kernel without elements is taken, and gives zeros"
# implementation = "chainer 7.8.1"
# kind = "difference"
# gravity = 4
# breaks = ["validation.kernel-positive"]
# report = "chainer/7.8.1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""A kernel of size 0 must be refused; Chainer gives the size that its documented formula has for it."""

import sys

import chainer
import numpy as np

try:
    y = chainer.functions.convolution_2d(np.ones((1, 1, 3, 3), np.float32), np.ones((1, 1, 0, 0), np.float32))
except (chainer.utils.type_check.InvalidType, ValueError, AssertionError) as error:
    print(f"refused: {type(error).__name__}")
    sys.exit(0)
print(f"got a result of shape {y.shape}; required is an exception")
sys.exit(1)
