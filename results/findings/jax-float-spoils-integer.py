# /// script
# requires-python = ">=3.11"
# dependencies = ["jax==0.10.2", "numpy"]
# [tool.conv2d-conformance]
# title = "a call that is refused for a stride of 2.0 makes the same call with 2 fail, too"
# implementation = "jax 0.10.2"
# kind = "bug"
# gravity = 4
# breaks = ["validation.whole-floats"]
# report = "jax/0.10.2/linux-x86_64.json"
# known = "https://github.com/jax-ml/jax/issues/9273"
# system = []
# ///
"""The legal call is made in a child process after the refused one, and in another alone."""

import subprocess
import sys

CALLS = """
import sys
import numpy as np
from jax import lax
x, w = np.ones((1, 1, 4, 4), np.float32), np.ones((1, 1, 2, 2), np.float32)
for stride in eval(sys.argv[1]):
    try:
        print(stride, lax.conv_general_dilated(x, w, (stride, 2), "VALID").shape)
    except TypeError as refused:
        print(stride, "TypeError:", refused)
"""
alone, after = (
    subprocess.run([sys.executable, "-c", CALLS, strides], check=True, capture_output=True, text=True).stdout
    for strides in ("[2]", "[2.0, 2]")
)
print(f"alone:\n{alone}after a stride of 2.0:\n{after}required: 2 is answered in both")
sys.exit("Error" in after.splitlines()[-1])
