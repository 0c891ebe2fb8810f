# /// script
# requires-python = ">=3.11"
# dependencies = ["tensorflow-cpu==2.21.0", "numpy"]
# [tool.conv2d-conformance]
# title = "filters for half of the channels are taken, though filters for all of them are documented"
# implementation = "tensorflow 2.21.0"
# kind = "difference"
# gravity = 4
# breaks = ["validation.weight-channels"]
# report = "tensorflow/2.21.0/linux-x86_64.json"
# known = ""
# system = []
# ///
"""tf.nn.conv2d documents filters of the shape [filter_height, filter_width, in_channels, out_channels]."""

import sys

import tensorflow as tf

try:
    output = tf.nn.conv2d(tf.ones((1, 3, 3, 4)), tf.ones((1, 1, 2, 2)), 1, "VALID")
except tf.errors.InvalidArgumentError as refused:
    print(f"refused: {refused.message}")
    sys.exit(0)
print(f"filters for 2 of 4 channels: got {output.numpy().ravel()[:2]} at each pixel; required is an exception")
sys.exit(1)
