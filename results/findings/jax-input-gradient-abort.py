# /// script
# requires-python = ">=3.11"
# dependencies = ["jax==0.10.2", "numpy"]
# [tool.conv2d-conformance]
# title = "the gradient by the input of a strided, padded and dilated convolution ends the process with SIGABRT"
# implementation = "jax 0.10.2"
# kind = "bug"
# gravity = 1
# breaks = ["gradients.stride"]
# report = "jax/0.10.2/linux-x86_64.json"
# known = ""
# system = []
# ///
"""The gradient exists: along each axis the call is an ordinary convolution. XLA fails while it compiles.

A child process makes the call, since it dies of it.
"""

import subprocess
import sys

CALL = """
import jax, numpy as np
from jax import lax
x, w = np.ones((1, 1, 4, 3), np.float32), np.ones((2, 1, 2, 2), np.float32)
f = lambda x: lax.conv_general_dilated(x, w, (2, 1), [(1, 1), (0, 0)], rhs_dilation=(1, 2))
y, pull_back = jax.vjp(f, x)
print(y.shape, pull_back(np.ones(y.shape, np.float32))[0].shape)
"""
process = subprocess.run([sys.executable, "-c", CALL], check=False, capture_output=True, text=True)
print(process.stdout, process.stderr[:600])
print(f"the process ended with status {process.returncode}; required are the shapes of the output and the gradient")
sys.exit(process.returncode < 0)
