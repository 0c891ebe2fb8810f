# /// script
# requires-python = ">=3.11"
# dependencies = ["keras==3.15.1", "torch==2.13.0", "numpy"]
# [tool.conv2d-conformance]
# title = "on the back end torch, the gradients of some kernels are refused"
# implementation = "keras 3.15.1"
# kind = "bug"
# gravity = 4
# breaks = ["gradients.shapes", "gradients.no-state"]
# report = "keras/3.15.1/linux-x86_64-backend=torch.json"
# known = "https://github.com/pytorch/vision/issues/6001"
# system = []
# ///
"""A kernel of 1 x 2 with two channels and one filter, on an image of one window."""

import os
import sys

os.environ["KERAS_BACKEND"] = "torch"

import keras
import torch

layer = keras.layers.Conv2D(1, (1, 2), use_bias=False)
try:
    layer(torch.ones((1, 1, 2, 2))).sum().backward()
except RuntimeError as refused:
    print(f"refused: {refused}; required is a gradient, of the kernel's shape (1, 2, 2, 1)")
    sys.exit(1)
print(f"got a gradient of the shape {tuple(layer.kernel.value.grad.shape)}")
