# /// script
# requires-python = ">=3.11"
# dependencies = ["paddlepaddle==3.3.1", "numpy"]
# [tool.conv2d-conformance]
# title = "initial weights are normal, and the initial bias is zero"
# implementation = "paddle 3.3.1"
# kind = "difference"
# gravity = 5
# breaks = [
#     "initialisation.weight-support", "initialisation.weight-uniform", "initialisation.bias-uniform",
#     "initialisation.fan-in", "initialisation.fan-in-groups", "initialisation.bias-independent",
# ]
# report = "paddle/3.3.1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""nn_conv2d draws both from U(-sqrt(k), sqrt(k)). Paddle documents Normal(0, sqrt(2 / n)), and a bias of zero."""

import sys

import numpy as np
import paddle

paddle.set_device("cpu")
paddle.seed(0)
layer = paddle.nn.Conv2D(8, 64, 3)
largest, bias = np.abs(layer.weight.numpy()).max(), np.abs(layer.bias.numpy()).max()
print(f"largest of the weight {largest:.3f}; required at most sqrt(k) = {72**-0.5:.3f}")
print(f"largest of the bias   {bias:.3f}; required as much")
sys.exit(bool(largest > 72**-0.5 or bias == 0))
