# /// script
# requires-python = ">=3.11"
# dependencies = ["tensorflow-cpu==2.21.0", "numpy"]
# [tool.conv2d-conformance]
# title = "subnormal numbers count as zero"
# implementation = "tensorflow 2.21.0"
# kind = "difference"
# gravity = 5
# breaks = ["numerics.subnormals"]
# report = "tensorflow/2.21.0/linux-x86_64.json"
# known = "https://github.com/tensorflow/tensorflow/issues/127905"
# system = []
# ///
"""Each number times one, below the smallest normal number of its dtype."""

import sys

import numpy as np
import tensorflow as tf

lost = 0
for dtype, value in ((tf.float32, 1e-40), (tf.float64, 1e-310), (tf.bfloat16, 1e-40), (tf.float16, 6e-8)):
    x = np.full((1, 1, 1, 1), value).astype(dtype.as_numpy_dtype)
    got = tf.nn.conv2d(x, tf.ones((1, 1, 1, 1), dtype), 1, "VALID").numpy()
    print(f"{dtype.name}: got {got.item()}, required {x.item()}")
    lost += (got == 0).item()
sys.exit(lost > 0)
