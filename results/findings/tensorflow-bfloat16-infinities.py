# /// script
# requires-python = ">=3.11"
# dependencies = ["tensorflow-cpu==2.21.0", "numpy"]
# [tool.conv2d-conformance]
# title = "NaN and infinity spread to the pixel before them in bfloat16, where the number of channels is odd"
# implementation = "tensorflow 2.21.0"
# kind = "bug"
# gravity = 3
# breaks = [
#     "special-values.nan-in-window",
#     "special-values.infinity-in-window",
#     "special-values.infinity-times-zero",
#     "special-values.outside-window",
#     "special-values.between-taps",
# ]
# report = "tensorflow/2.21.0/linux-x86_64.json"
# known = "https://github.com/uxlfoundation/oneDNN/issues/5717"
# system = []
# ///
"""Four pixels under a kernel of one element: each output sees one of them. On CPUs with AVX512_BF16."""

import sys

import numpy as np
import tensorflow as tf

x = np.array([0, np.inf, 1, 2], np.float32).reshape(1, 1, 4, 1)
got, required = (
    tf.nn.conv2d(tf.cast(x, dtype), tf.ones((1, 1, 1, 1), dtype), 1, "VALID").numpy().astype(np.float32).ravel()
    for dtype in (tf.bfloat16, tf.float32)
)
print(f"bfloat16: {got}")
print(f"required: {required}, as in float32")
sys.exit(not np.array_equal(got, required))
