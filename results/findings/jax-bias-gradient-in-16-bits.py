# /// script
# requires-python = ">=3.11"
# dependencies = ["jax==0.10.2", "numpy"]
# [tool.conv2d-conformance]
# title = "the gradient by a bias is summed in 16 bits, while that by the weight is summed in 32"
# implementation = "jax 0.10.2"
# kind = "difference"
# gravity = 2
# breaks = ["gradients.bound"]
# report = "jax/0.10.2/linux-x86_64.json"
# known = "https://docs.jax.dev/en/latest/_autosummary/jax.lax.reduce_sum.html"
# system = []
# ///
"""The gradient by a bias, and by a weight of 1 x 1 over ones, are both the sum of the gradients by the output."""

import sys

import jax
import numpy as np
from jax import lax

for dtype, largest in (("float16", 2048), ("bfloat16", 256)):
    by_output = jax.numpy.array([largest] + 1000 * [1], dtype).reshape(1, 1, -1, 1)
    ones, one = jax.numpy.ones_like(by_output), jax.numpy.ones((1, 1, 1, 1), dtype)
    _, by_weight = jax.vjp(lambda w, x=ones: lax.conv_general_dilated(x, w, (1, 1), "VALID"), one)
    _, by_bias = jax.vjp(
        lambda b, x=ones: lax.add(x, lax.broadcast_in_dim(b, x.shape, (1,))), jax.numpy.zeros(1, dtype)
    )
    weight, bias = (float(np.asarray(by(by_output)[0]).ravel()[0]) for by in (by_weight, by_bias))
    print(f"{dtype}, {largest} and 1000 ones: by the weight {weight}, by the bias {bias}; the sum is {largest + 1000}")
sys.exit(int(weight != bias))
