# /// script
# requires-python = ">=3.11"
# dependencies = ["keras==3.15.1", "torch==2.13.0", "numpy"]
# [tool.conv2d-conformance]
# title = "ZeroPadding2D crops by a negative number on the back end torch"
# implementation = "keras 3.15.1"
# kind = "bug"
# gravity = 4
# breaks = ["validation.padding-non-negative"]
# report = "keras/3.15.1/linux-x86_64-backend=torch.json"
# known = ""
# system = []
# ///
"""ZeroPadding2D documents an int, "the same symmetric padding is applied"; its other back ends refuse -1."""

import os
import sys

os.environ["KERAS_BACKEND"] = "torch"

import keras

try:
    shape = tuple(keras.layers.ZeroPadding2D(-1)(keras.ops.ones((1, 4, 4, 1))).shape)
except ValueError as refused:
    print(f"refused: {refused}")
    sys.exit(0)
print(f"ZeroPadding2D(-1): got an output of shape {shape}; required is an exception")
sys.exit(1)
