# /// script
# requires-python = ">=3.11"
# dependencies = ["jax==0.10.2", "numpy"]
# [tool.conv2d-conformance]
# title = "a kernel that is larger than the padded input gives an output without elements"
# implementation = "jax 0.10.2"
# kind = "difference"
# gravity = 4
# breaks = ["validation.kernel-fits"]
# report = "jax/0.10.2/linux-x86_64.json"
# known = ""
# system = []
# ///
"""Three rows of a kernel and two of an image: no window fits."""

import sys

import numpy as np
from jax import lax

x, w = np.ones((1, 1, 2, 2), np.float32), np.ones((1, 1, 3, 2), np.float32)
try:
    shape = lax.conv_general_dilated(x, w, (1, 1), "VALID").shape
except (TypeError, ValueError) as refused:
    print(f"refused: {refused}")
    sys.exit(0)
print(f"a kernel of 3 rows on 2: got an output of shape {shape}; required is an exception")
sys.exit(1)
