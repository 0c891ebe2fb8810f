# /// script
# requires-python = ">=3.11,<3.12"
# dependencies = ["chainer==7.8.1", "numpy<1.24", "setuptools<70"]
# [tool.conv2d-conformance]
# title = "weights are drawn from LeCun's normal distribution, and the bias is zero"
# implementation = "chainer 7.8.1"
# kind = "difference"
# gravity = 5
# breaks = [
#     "initialisation.weight-support", "initialisation.weight-uniform", "initialisation.bias-uniform",
#     "initialisation.fan-in", "initialisation.fan-in-groups", "initialisation.bias-independent",
# ]
# report = "chainer/7.8.1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""The document draws both uniformly from -sqrt(k) to sqrt(k), k = 1 / fan-in; Chainer documents its own choice."""

import sys

import chainer
import numpy as np

np.random.seed(0)
layer = chainer.links.Convolution2D(16, 64, 3)
bound = (16 * 3 * 3) ** -0.5
beyond = np.abs(layer.W.array) > bound
print(f"{beyond.mean():.0%} of the weights lie beyond sqrt(k); the bias is zero: {not layer.b.array.any()}")
print("required is no weight beyond, and a bias that is drawn")
sys.exit(bool(beyond.any()) or not layer.b.array.any())
