# /// script
# requires-python = ">=3.11"
# dependencies = ["tensorflow-cpu==2.21.0", "numpy"]
# [tool.conv2d-conformance]
# title = "an empty batch is taken with a negative padding, and with a filter of height and width 0"
# implementation = "tensorflow 2.21.0"
# kind = "bug"
# gravity = 4
# breaks = ["validation.padding-non-negative", "validation.kernel-positive"]
# report = "tensorflow/2.21.0/linux-x86_64.json"
# known = ""
# system = []
# ///
"""Both calls are refused, by sentences of TensorFlow's own, where the batch is not empty."""

import sys

import tensorflow as tf

taken = 0
for what, dtype, kernel, pads in (
    ("a padding of -1", tf.float32, 1, [(0, 0), (-1, -1), (0, 0), (0, 0)]),
    ("a filter of 0 x 0", tf.float64, 0, "VALID"),
):
    for batch in (1, 0):
        x, filters = tf.ones((batch, 4, 4, 1), dtype), tf.ones((kernel, kernel, 1, 1), dtype)
        try:
            output = tf.nn.conv2d(x, filters, 1, pads)
        except (tf.errors.InvalidArgumentError, tf.errors.AbortedError) as refused:
            print(f"{what}, batch of {batch}: refused, {type(refused).__name__}")
        else:
            print(f"{what}, batch of {batch}: got an output of shape {output.shape}; required is an exception")
            taken += 1
sys.exit(taken > 0)
