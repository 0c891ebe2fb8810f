# /// script
# requires-python = ">=3.11"
# dependencies = ["tensorflow-cpu==2.21.0", "numpy"]
# [tool.conv2d-conformance]
# title = "an output without elements has the shape of the input, and memory that nobody wrote"
# implementation = "tensorflow 2.21.0"
# kind = "bug"
# gravity = 1
# breaks = [
#     "validation.kernel-fits", "batch.empty", "batch.empty-checked", "values.definition", "dtype.float32",
#     "numerics.exact-where-exact", "memory.inputs-unchanged", "memory.result-owns-memory",
# ]
# report = "tensorflow/2.21.0/linux-x86_64.json"
# known = "https://github.com/tensorflow/tensorflow/issues/65214"
# system = []
# ///
"""A result has the shape that the arguments imply, and an impossible one raises, as within tf.function.

With oneDNN on, as by default on x86, both calls return the shape of the input. What the first one returns was never
written.
"""

import sys

import tensorflow as tf

kernel_too_long = tf.nn.conv2d(tf.ones((1, 4, 4, 1)), tf.ones((5, 1, 1, 2)), 1, "VALID")
empty_batch = tf.nn.conv2d(tf.ones((0, 5, 6, 2)), tf.ones((2, 3, 2, 4)), 1, "VALID")
print(f"4 rows under 5: got {kernel_too_long.shape}, required (1, 0, 4, 2) or an exception; it holds")
print(kernel_too_long.numpy().ravel())
print(f"an empty batch: got {empty_batch.shape}, required (0, 4, 4, 4)")
sys.exit(kernel_too_long.shape != (1, 0, 4, 2) or empty_batch.shape != (0, 4, 4, 4))
