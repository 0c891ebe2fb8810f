# /// script
# requires-python = ">=3.11"
# dependencies = ["jax==0.10.2", "numpy"]
# [tool.conv2d-conformance]
# title = "the padding SAME is taken with strides, as JAX documents it"
# implementation = "jax 0.10.2"
# kind = "difference"
# gravity = 5
# breaks = ["validation.same-needs-stride-one"]
# report = "jax/0.10.2/linux-x86_64.json"
# known = ""
# system = []
# ///
"""JAX documents "SAME" for every stride: the output has a size of ceil(size / stride)."""

import sys

import numpy as np
from jax import lax

x, w = np.ones((1, 1, 3, 3), np.float32), np.ones((1, 1, 1, 1), np.float32)
shape = lax.conv_general_dilated(x, w, (2, 2), "SAME").shape
print(f"strides of 2 with SAME: got an output of shape {shape}; required is an exception")
sys.exit(1)
