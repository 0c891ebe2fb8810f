# /// script
# requires-python = ">=3.11"
# dependencies = ["paddlepaddle==3.3.1", "numpy"]
# [tool.conv2d-conformance]
# title = "the padding may be SAME with a stride, in capital letters, and four numbers"
# implementation = "paddle 3.3.1"
# kind = "difference"
# gravity = 5
# breaks = ["validation.pair-length", "validation.padding-string", "validation.same-needs-stride-one"]
# report = "paddle/3.3.1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""nn_conv2d refuses all three; Paddle documents them."""

import sys

import paddle

paddle.set_device("cpu")
image, kernel, taken = paddle.ones([1, 1, 3, 3]), paddle.ones([1, 1, 1, 1]), 0
for padding, stride in (("same", 2), ("SAME", 1), ([0, 0, 0, 0], 1)):
    try:
        output = paddle.nn.functional.conv2d(image, kernel, padding=padding, stride=stride)
    except ValueError as refused:
        print(f"padding {padding!r}, stride {stride}: refused: {str(refused).splitlines()[-1]}")
    else:
        print(f"padding {padding!r}, stride {stride}: got shape {output.shape}; nn_conv2d raises an exception")
        taken = 1
sys.exit(taken)
