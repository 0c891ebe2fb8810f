# /// script
# requires-python = ">=3.11"
# dependencies = ["autograd==1.9.1", "numpy"]
# [tool.conv2d-conformance]
# title = "a full convolution of crosswise arrays of one size recurses without end, and so do gradients"
# implementation = "autograd 1.9.1"
# kind = "bug"
# gravity = 4
# breaks = ["gradients.every-size", "gradients.padding"]
# report = "autograd/1.9.1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""Each of the two arrays is larger along one axis: autograd exchanges them, and then exchanges them again.

The gradient of a convolution in the mode valid is such a full convolution, of the gradient of the output and the kernel.
"""

import sys

import autograd
import numpy as np
from autograd.scipy.signal import convolve

faults = 0
kernel = np.ones((3, 1))
for name, call in {
    "full convolution of 1 x 3 and 3 x 1": lambda: convolve(np.ones((1, 3)), kernel, mode="full"),
    "gradient of 3 x 3 by 3 x 1": lambda: autograd.grad(lambda x: convolve(x, kernel, mode="valid").sum())(
        np.ones((3, 3))
    ),
}.items():
    try:
        print(f"{name}: a result of shape {call().shape}")
    except RecursionError as error:
        print(f"{name}: got RecursionError: {error}; required is a result of shape (3, 3)")
        faults += 1
sys.exit(faults > 0)
