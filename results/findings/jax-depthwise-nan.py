# /// script
# requires-python = ">=3.11"
# dependencies = ["jax==0.10.2", "numpy"]
# [tool.conv2d-conformance]
# title = "in float64, a NaN in one channel of a depthwise convolution spreads to the others"
# implementation = "jax 0.10.2"
# kind = "bug"
# gravity = 3
# breaks = ["special-values.nan-in-window", "special-values.infinity-in-window", "special-values.infinity-times-zero", "special-values.outside-window", "special-values.unread-cells"]
# report = "jax/0.10.2/linux-x86_64-profile=forward.json"
# known = ""
# system = []
# ///
"""feature_group_count=2: the first output channel reads the first input channel alone."""

import sys

import jax
import numpy as np

jax.config.update("jax_enable_x64", True)
for value in (np.nan, np.inf):
    for dtype in ("float32", "float64"):
        x, w = np.array([[[[0]], [[value]]]], dtype), np.ones((2, 1, 1, 1), dtype)
        y = np.asarray(jax.lax.conv_general_dilated(x, w, (1, 1), "VALID", feature_group_count=2)).ravel()
        print(f"{dtype}, channels 0 and {value}: got {y}; required is [0, {value}]")
sys.exit(int(y[0] != 0))
