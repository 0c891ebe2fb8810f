# /// script
# requires-python = ">=3.11"
# dependencies = ["jax==0.10.2", "numpy"]
# [tool.conv2d-conformance]
# title = "a dilation of no numbers is taken for none"
# implementation = "jax 0.10.2"
# kind = "bug"
# gravity = 4
# breaks = ["validation.pair-length"]
# report = "jax/0.10.2/linux-x86_64.json"
# known = ""
# system = []
# ///
"""lax.conv_general_dilated documents rhs_dilation as None or a sequence of n integers, here two."""

import sys

import numpy as np
from jax import lax

x, w = np.ones((1, 1, 3, 3), np.float32), np.ones((1, 1, 2, 2), np.float32)
try:
    shape = lax.conv_general_dilated(x, w, (1, 1), "VALID", rhs_dilation=()).shape
except (TypeError, ValueError) as refused:
    print(f"refused: {refused}")
    sys.exit(0)
print(f"rhs_dilation=(): got an output of shape {shape}; required is an exception")
sys.exit(1)
