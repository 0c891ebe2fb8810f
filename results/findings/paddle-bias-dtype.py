# /// script
# requires-python = ">=3.11"
# dependencies = ["paddlepaddle==3.3.1", "numpy"]
# [tool.conv2d-conformance]
# title = "a bias of another dtype changes the dtype of the output"
# implementation = "paddle 3.3.1"
# kind = "bug"
# gravity = 4
# breaks = ["validation.dtypes-equal", "validation.bias-dtype-valid", "validation.bias-dtype-same"]
# report = "paddle/3.3.1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""nn_conv2d refuses it. Paddle documents that the data type of the result is the same as that of the input."""

import sys

import paddle

paddle.set_device("cpu")
image, kernel = paddle.ones([1, 1, 3, 3]), paddle.ones([2, 1, 1, 1])
try:
    output = paddle.nn.functional.conv2d(image, kernel, paddle.ones([2], dtype="float64"))
except ValueError as refused:
    print(f"refused: {str(refused).splitlines()[-1]}")
else:
    print(f"float32 with a bias in float64: got {output.dtype}; required is an exception")
    sys.exit(1)
