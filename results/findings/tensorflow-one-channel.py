# /// script
# requires-python = ">=3.11"
# dependencies = ["tensorflow-cpu==2.21.0", "numpy"]
# [tool.conv2d-conformance]
# title = "one input channel and a stride along the width give wrong numbers, from memory beside the image"
# implementation = "tensorflow 2.21.0"
# kind = "bug"
# gravity = 1
# breaks = [
#     "values.index-map", "values.no-flip", "memory.view-transposed", "memory.view-channels-last",
#     "memory.view-offset", "memory.view-broadcast", "memory.view-fortran", "memory.view-read-only",
#     "memory.view-negative", "memory.view-steps",
# ]
# report = "tensorflow/2.21.0/linux-x86_64.json"
# known = ""
# system = []
# ///
"""Two images of two rows and two columns; each output is 10 times the first column and the second."""

import sys

import numpy as np
import tensorflow as tf

x = np.arange(1, 9, dtype=np.float32).reshape(2, 2, 2, 1)
filters = np.array([10, 1], np.float32).reshape(1, 2, 1, 1)
required = x[:, :, :1] * 10 + x[:, :, 1:]
got = tf.nn.conv2d(x, filters, (1, 3), "VALID").numpy()
print(f"got {got.ravel()}, required {required.ravel()}")
sys.exit(bool((got != required).any()))
