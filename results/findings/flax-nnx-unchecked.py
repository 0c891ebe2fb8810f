# /// script
# requires-python = ">=3.11"
# dependencies = ["flax==0.12.8", "jax==0.10.2", "numpy"]
# [tool.conv2d-conformance]
# title = "nnx.Conv takes a bias of another shape, and several axes of batches"
# implementation = "flax 0.12.8"
# kind = "difference"
# gravity = 5
# breaks = ["validation.bias-shape", "validation.input-rank"]
# report = "flax-nnx/0.12.8/linux-x86_64.json"
# known = ""
# system = []
# ///
"""Both layers take several axes of batches, which is documented; linen.Conv looks at the shape of its bias."""

import sys

import jax.numpy as jnp
from flax import nnx

layer = nnx.Conv(1, 3, (1, 1), bias_init=lambda *_: jnp.ones(1), rngs=nnx.Rngs(0))
shape = layer(jnp.ones((1, 2, 2, 1))).shape
print(f"a bias of 1 for 3 channels: got an output of shape {shape}; required is an exception")
shape = nnx.Conv(1, 3, (1, 1), rngs=nnx.Rngs(0))(jnp.ones((1, 1, 2, 2, 1))).shape
print(f"an input of five axes: got an output of shape {shape}; required is an exception")
sys.exit(1)
