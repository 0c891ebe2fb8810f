# /// script
# requires-python = ">=3.11"
# dependencies = ["tensorflow-cpu==2.21.0", "numpy"]
# [tool.conv2d-conformance]
# title = "the padding SAME is taken with strides, and strides of four numbers, as TensorFlow documents"
# implementation = "tensorflow 2.21.0"
# kind = "difference"
# gravity = 5
# breaks = ["validation.same-needs-stride-one", "validation.pair-length"]
# report = "tensorflow/2.21.0/linux-x86_64.json"
# known = ""
# system = []
# ///
"""Both are documented: a padding "SAME" that depends on the stride, and strides of 1, 2 or 4 numbers."""

import sys

import tensorflow as tf

x, filters = tf.ones((1, 3, 3, 1)), tf.ones((1, 1, 1, 1))
for strides, padding in ((2, "SAME"), ((1, 2, 2, 1), "VALID")):
    output = tf.nn.conv2d(x, filters, strides, padding)
    print(f"strides={strides}, padding={padding}: got an output of shape {output.shape}; required is an exception")
sys.exit(1)
