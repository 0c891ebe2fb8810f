# /// script
# requires-python = ">=3.11"
# dependencies = ["tensorflow-cpu==2.21.0", "numpy"]
# [tool.conv2d-conformance]
# title = "gradients of dilated and of grouped convolutions are not computed on the CPU"
# implementation = "tensorflow 2.21.0"
# kind = "limit"
# gravity = 5
# breaks = ["gradients.dilation"]
# report = "tensorflow/2.21.0/linux-x86_64.json"
# known = "https://github.com/keras-team/keras/issues/14896"
# system = []
# ///
"""The gradients exist; TensorFlow says that it does not support them on the CPU, and computes them with jit_compile."""

import sys

import tensorflow as tf

refused = 0
for name, shape, dilation in (("dilation of 2", (2, 2, 2, 2), 2), ("2 groups", (2, 2, 1, 2), 1)):
    x, filters = tf.ones((1, 4, 4, 2), tf.float64), tf.ones(shape, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.nn.conv2d(x, filters, 1, "VALID", dilations=dilation)
    try:
        print(f"{name}: a gradient of shape {tape.gradient(y, x).shape}")
    except tf.errors.InvalidArgumentError as error:
        print(f"{name}: {error.message}")
        refused += 1
sys.exit(refused > 0)
