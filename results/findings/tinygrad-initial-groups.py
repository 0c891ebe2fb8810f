# /// script
# requires-python = ">=3.11"
# dependencies = ["tinygrad==0.14.0", "numpy"]
# [tool.conv2d-conformance]
# title = "the initial values of a layer with groups have the range of one without"
# implementation = "tinygrad 0.14.0"
# kind = "bug"
# gravity = 3
# breaks = ["initialisation.fan-in-groups"]
# report = "tinygrad/0.14.0/linux-x86_64.json"
# known = ""
# system = ["clang"]
# ///
"""The values are from U(-sqrt(k), sqrt(k)) with k = groups / (C * 9), as in PyTorch, whose page tinygrad refers to."""

import sys

import numpy as np
from tinygrad import nn

layer = nn.Conv2d(64, 640, 3, groups=64)
largest = float(np.abs(layer.weight.numpy()).max())
print(f"got      a largest weight of {largest:.4f} among {layer.weight.numel()}")
print(f"required nearly sqrt(k) = {(64 / (64 * 9)) ** 0.5:.4f}; {(1 / (64 * 9)) ** 0.5:.4f} is it without the groups")
sys.exit(largest < 0.3)
