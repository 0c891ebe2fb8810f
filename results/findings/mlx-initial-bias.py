# /// script
# requires-python = ">=3.11"
# dependencies = ["mlx[cpu]==0.32.4", "numpy"]
# [tool.conv2d-conformance]
# title = "the initial bias of the layer is zero"
# implementation = "mlx 0.32.4"
# kind = "difference"
# gravity = 5
# breaks = [
#     "initialisation.bias-uniform", "initialisation.fan-in", "initialisation.fan-in-groups",
#     "initialisation.bias-independent",
# ]
# report = "mlx/0.32.4/linux-x86_64.json"
# known = ""
# system = []
# ///
"""nn_conv2d draws the bias from U(-sqrt(k), sqrt(k)), as the weight. mlx documents no initial values."""

import sys

import mlx.core as mx
import mlx.nn as nn

mx.set_default_device(mx.cpu)
layer = nn.Conv2d(2, 8, 3)
print(f"largest of the weight {mx.abs(layer.weight).max().item():.3f}; k is 1 / 18, sqrt(k) is 0.236")
print(f"largest of the bias   {mx.abs(layer.bias).max().item():.3f}; required as above")
sys.exit(mx.abs(layer.bias).max().item() == 0)
