# /// script
# requires-python = ">=3.11"
# dependencies = ["keras==3.15.1", "torch==2.13.0", "numpy"]
# [tool.conv2d-conformance]
# title = "the padding same is taken with strides and in capital letters, as Keras documents"
# implementation = "keras 3.15.1"
# kind = "difference"
# gravity = 5
# breaks = ["validation.same-needs-stride-one", "validation.padding-string"]
# report = "keras/3.15.1/linux-x86_64-backend=torch.json"
# known = ""
# system = []
# ///
"""Conv2D documents "valid" and "same" as case-insensitive, and "same" for every stride."""

import os
import sys

os.environ["KERAS_BACKEND"] = "torch"

import keras

x = keras.ops.ones((1, 3, 3, 1))
for strides, padding in ((2, "same"), (1, "SAME")):
    shape = tuple(keras.layers.Conv2D(1, 1, strides, padding)(x).shape)
    print(f"strides={strides}, padding={padding}: got an output of shape {shape}; required is an exception")
sys.exit(1)
