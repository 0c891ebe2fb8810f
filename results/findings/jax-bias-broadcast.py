# /// script
# requires-python = ">=3.11"
# dependencies = ["jax==0.10.2", "numpy"]
# [tool.conv2d-conformance]
# title = "lax.broadcast_in_dim, which makes the bias fit, takes one element for all channels"
# implementation = "jax 0.10.2"
# kind = "difference"
# gravity = 5
# breaks = ["validation.bias-shape"]
# report = "jax/0.10.2/linux-x86_64.json"
# known = ""
# system = []
# ///
"""The convolution has no bias; lax.broadcast_in_dim and lax.add are JAX's own operations for it."""

import sys

import numpy as np
from jax import lax

x, w, b = np.ones((1, 1, 2, 2), np.float32), np.ones((3, 1, 1, 1), np.float32), np.ones(1, np.float32)
y = lax.conv_general_dilated(x, w, (1, 1), "VALID")
shape = lax.add(y, lax.broadcast_in_dim(b, y.shape, (1,))).shape
print(f"a bias of one element for three channels: got an output of shape {shape}; required is an exception")
sys.exit(1)
