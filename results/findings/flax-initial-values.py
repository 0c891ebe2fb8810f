# /// script
# requires-python = ">=3.11"
# dependencies = ["flax==0.12.8", "jax==0.10.2", "numpy"]
# [tool.conv2d-conformance]
# title = "weights are drawn from LeCun's normal distribution, and the bias is zero, as Flax documents"
# implementation = "flax 0.12.8"
# kind = "difference"
# gravity = 5
# breaks = [
#     "initialisation.weight-support",
#     "initialisation.weight-uniform",
#     "initialisation.bias-uniform",
#     "initialisation.bias-independent",
#     "initialisation.fan-in",
#     "initialisation.fan-in-groups",
# ]
# report = "flax-nnx/0.12.8/linux-x86_64.json"
# known = ""
# system = []
# ///
"""Required of both is the uniform distribution of the range 1 / sqrt(fan_in)."""

import sys

import jax.numpy as jnp
from flax import nnx

layer = nnx.Conv(16, 64, (3, 3), rngs=nnx.Rngs(0))
largest, beyond = abs(layer.kernel[...]).max(), (16 * 9) ** -0.5
print(f"weights: got numbers up to {largest:.4f}, required up to {beyond:.4f}")
print(f"bias: got {jnp.unique(layer.bias[...])}, required are numbers in that range")
sys.exit(bool(largest > beyond) and not layer.bias[...].any())
