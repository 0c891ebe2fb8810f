# /// script
# requires-python = ">=3.11"
# dependencies = ["keras==3.15.1", "torch==2.13.0", "numpy"]
# [tool.conv2d-conformance]
# title = "weights are drawn from Glorot's uniform distribution, and the bias is zero, as Keras documents"
# implementation = "keras 3.15.1"
# kind = "difference"
# gravity = 5
# breaks = [
#     "initialisation.weight-uniform",
#     "initialisation.bias-uniform",
#     "initialisation.fan-in",
#     "initialisation.fan-in-groups",
#     "initialisation.bias-independent",
# ]
# report = "keras/3.15.1/linux-x86_64-backend=torch.json"
# known = ""
# system = []
# ///
"""Required of both is the range of 1 / sqrt(fan_in); Keras documents "glorot_uniform" and "zeros"."""

import os
import sys

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np

keras.utils.set_random_seed(0)
layer = keras.layers.Conv2D(64, 3)
layer.build((1, 8, 8, 16))
kernel, bias = layer.get_weights()
print(f"weights: got a range of {np.abs(kernel).max():.4f}, required {(16 * 9) ** -0.5:.4f}")
print(f"bias: got {np.unique(bias)}, required are numbers in that range")
sys.exit(not bias.any())
