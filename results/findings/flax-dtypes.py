# /// script
# requires-python = ">=3.11"
# dependencies = ["flax==0.12.8", "jax==0.10.2", "numpy"]
# [tool.conv2d-conformance]
# title = "arrays of different dtypes are promoted, as Flax documents"
# implementation = "flax 0.12.8"
# kind = "difference"
# gravity = 5
# breaks = ["validation.dtypes-equal"]
# report = "flax-nnx/0.12.8/linux-x86_64.json"
# known = ""
# system = []
# ///
"""An input of float16 and parameters of float32."""

import sys

import jax.numpy as jnp
from flax import nnx

layer = nnx.Conv(1, 1, (1, 1), rngs=nnx.Rngs(0))
dtype = layer(jnp.ones((1, 3, 3, 1), jnp.float16)).dtype
print(f"an input of float16, parameters of float32: got an output of {dtype}; required is an exception")
sys.exit(1)
