# /// script
# requires-python = ">=3.11"
# dependencies = ["jax==0.10.2", "numpy"]
# [tool.conv2d-conformance]
# title = "a negative padding crops the image"
# implementation = "jax 0.10.2"
# kind = "difference"
# gravity = 4
# breaks = ["validation.padding-non-negative"]
# report = "jax/0.10.2/linux-x86_64.json"
# known = "https://github.com/jax-ml/jax/issues/11517"
# system = []
# ///
"""A padding of -1 on all sides takes the border away."""

import sys

import numpy as np
from jax import lax

x, w = np.ones((1, 1, 4, 4), np.float32), np.ones((1, 1, 1, 1), np.float32)
try:
    shape = lax.conv_general_dilated(x, w, (1, 1), [(-1, -1), (-1, -1)]).shape
except ValueError as refused:
    print(f"refused: {refused}")
    sys.exit(0)
print(f"a padding of -1: got an output of shape {shape}; required is an exception")
sys.exit(1)
