# /// script
# requires-python = ">=3.11"
# dependencies = ["keras==3.15.1", "torch==2.13.0", "numpy"]
# [tool.conv2d-conformance]
# title = "inputs and weights are cast to the layer's dtype, as Keras documents"
# implementation = "keras 3.15.1"
# kind = "difference"
# gravity = 5
# breaks = ["validation.dtypes-equal"]
# report = "keras/3.15.1/linux-x86_64-backend=torch.json"
# known = ""
# system = []
# ///
"""A layer of float32 takes an input and weights of float64."""

import os
import sys

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np

layer = keras.layers.Conv2D(1, 1, dtype="float32")
layer.build((1, 3, 3, 1))
layer.set_weights([np.ones((1, 1, 1, 1), np.float64), np.zeros(1, np.float64)])
dtype = keras.backend.standardize_dtype(layer(keras.ops.ones((1, 3, 3, 1), "float64")).dtype)
print(f"an input and weights of float64: got an output of {dtype}; required is an exception")
sys.exit(1)
