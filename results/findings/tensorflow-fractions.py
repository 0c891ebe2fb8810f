# /// script
# requires-python = ">=3.11"
# dependencies = ["tensorflow-cpu==2.21.0", "numpy"]
# [tool.conv2d-conformance]
# title = "a stride, dilation or padding of 1.5 is taken as 1"
# implementation = "tensorflow 2.21.0"
# kind = "bug"
# gravity = 4
# breaks = ["validation.integers-only", "validation.whole-floats"]
# report = "tensorflow/2.21.0/linux-x86_64.json"
# known = "https://github.com/keras-team/keras/issues/16977"
# system = []
# ///
"""tf.nn.conv2d documents "an int or list of ints"; a fraction must be refused, and is cut off without a word."""

import sys

import tensorflow as tf

x, filters, taken = tf.ones((1, 5, 5, 1)), tf.ones((2, 2, 1, 1)), 0
for name, call in {
    "strides=(1.5, 1)": lambda: tf.nn.conv2d(x, filters, (1.5, 1), "VALID"),
    "dilations=(1.5, 1)": lambda: tf.nn.conv2d(x, filters, 1, "VALID", dilations=(1.5, 1)),
    "padding of 1.5": lambda: tf.nn.conv2d(x, filters, 1, [(0, 0), (1.5, 1.5), (0, 0), (0, 0)]),
}.items():
    try:
        print(f"{name}: got a result of shape {call().shape}; required is an exception")
        taken += 1
    except (TypeError, ValueError, tf.errors.InvalidArgumentError) as error:
        print(f"{name}: refused, {type(error).__name__}")
sys.exit(taken > 0)
