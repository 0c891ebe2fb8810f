# /// script
# requires-python = ">=3.11"
# dependencies = ["paddlepaddle==3.3.1", "numpy"]
# [tool.conv2d-conformance]
# title = "a stride or a dilation of 2^31 and more is refused"
# implementation = "paddle 3.3.1"
# kind = "limit"
# gravity = 5
# breaks = ["stride.beyond-kernel", "dilation.one-by-one", "gradients.stride", "gradients.dilation"]
# report = "paddle/3.3.1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""A stride beyond the input gives one window, however large it is. Paddle documents an int and takes one of 32 bits."""

import sys

import paddle

paddle.set_device("cpu")
image, kernel = paddle.ones([1, 1, 3, 3]), paddle.ones([1, 1, 1, 1])
print(f"stride 2^31 - 1: got shape {paddle.nn.functional.conv2d(image, kernel, stride=2**31 - 1).shape}")
try:
    print(f"stride 2^31: got shape {paddle.nn.functional.conv2d(image, kernel, stride=2**31).shape}")
except IndexError as refused:
    print(f"stride 2^31: required is the same; refused: {str(refused).splitlines()[-1]}")
    sys.exit(1)
