# /// script
# requires-python = ">=3.11"
# dependencies = ["flax==0.12.8", "jax==0.10.2", "numpy"]
# [tool.conv2d-conformance]
# title = "CIRCULAR and REFLECT go on beyond one image"
# implementation = "flax 0.12.8"
# kind = "difference"
# gravity = 4
# breaks = ["padding-mode.reflect-limit", "padding-mode.circular-limit"]
# report = "flax-nnx/0.12.8/linux-x86_64.json"
# known = ""
# system = []
# ///
"""A padding of three columns on each side of two: PyTorch refuses both."""

import sys

import jax.numpy as jnp
from flax import nnx

taken = 0
for padding in ("CIRCULAR", "REFLECT"):
    layer = nnx.Conv(1, 1, (1, 7), padding=padding, rngs=nnx.Rngs(0))
    try:
        got = f"an output of shape {layer(jnp.ones((1, 1, 2, 1))).shape}"
        taken += 1
    except ValueError as refused:
        got = f"ValueError: {refused}"
    print(f"{padding}, 3 columns beside 2: got {got}; required is an exception")
sys.exit(taken > 0)
