# /// script
# requires-python = ">=3.11"
# dependencies = ["autograd==1.9.1", "numpy"]
# [tool.conv2d-conformance]
# title = "input and kernel are exchanged where the kernel is larger"
# implementation = "autograd 1.9.1"
# kind = "difference"
# gravity = 4
# breaks = ["validation.kernel-fits"]
# report = "autograd/1.9.1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""A kernel that is larger than the input must be refused; autograd convolves the kernel with the input, as SciPy does."""

import sys

import numpy as np
from autograd.scipy.signal import convolve

try:
    y = convolve(np.ones((2, 2)), np.ones((3, 3)), mode="valid")
except Exception as error:
    print(f"refused: {type(error).__name__}")
    sys.exit(0)
print(f"got a result of shape {y.shape}; required is an exception")
sys.exit(1)
