# /// script
# requires-python = ">=3.11"
# dependencies = ["autograd==1.9.1", "numpy"]
# [tool.conv2d-conformance]
# title = "a kernel of one channel is taken for an input of many"
# implementation = "autograd 1.9.1"
# kind = "difference"
# gravity = 4
# breaks = ["validation.weight-channels"]
# report = "autograd/1.9.1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""What dot_axes sums over must have one length in both arrays; autograd repeats a single channel, by NumPy's einsum."""

import sys

import numpy as np
from autograd.scipy.signal import convolve

try:
    y = convolve(
        np.ones((1, 3, 3, 3)), np.ones((1, 1, 2, 2)), axes=((2, 3), (2, 3)), dot_axes=((1,), (1,)), mode="valid"
    )
except ValueError as error:
    print(f"refused: {error}")
    sys.exit(0)
print(f"got {y.ravel()} for 3 channels by 1; required is an exception")
sys.exit(1)
