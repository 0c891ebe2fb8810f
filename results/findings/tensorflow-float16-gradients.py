# /// script
# requires-python = ">=3.11"
# dependencies = ["tensorflow-cpu==2.21.0", "numpy"]
# [tool.conv2d-conformance]
# title = "the gradient by the filters is summed in float16, and is half of what it should be for an image of 256 x 256"
# implementation = "tensorflow 2.21.0"
# kind = "bug"
# gravity = 3
# breaks = ["gradients.bound"]
# report = "tensorflow/2.21.0/linux-x86_64.json"
# known = ""
# system = []
# ///
"""The gradient is the sum of 256 * 256 numbers of 2**-10, which is 64."""

import sys

import tensorflow as tf

n = 256
x, filters = tf.ones((1, n, n, 1), tf.float16), tf.ones((1, 1, 1, 1), tf.float16)
with tf.GradientTape() as tape:
    tape.watch(filters)
    y = tf.nn.conv2d(x, filters, 1, "VALID")
got = tape.gradient(y, filters, tf.fill(y.shape, tf.constant(2**-10, tf.float16))).numpy().item()
print(f"got {got}, required {n * n * 2**-10}")
sys.exit(got != n * n * 2**-10)
