# /// script
# requires-python = ">=3.11"
# dependencies = ["paddlepaddle==3.3.1", "numpy"]
# [tool.conv2d-conformance]
# title = "a kernel larger than the padded input is taken"
# implementation = "paddle 3.3.1"
# kind = "bug"
# gravity = 4
# breaks = ["validation.kernel-fits"]
# report = "paddle/3.3.1/linux-x86_64.json"
# known = "https://github.com/PaddlePaddle/Paddle/issues/64838"
# system = []
# ///
"""Where no window fits the output has no size: by the formula of the specification, floor(-7 / 9) + 1 = 0."""

import sys

import paddle

paddle.set_device("cpu")
taken = 0
for kernel, stride in ((2, 1), (9, 9)):
    try:
        output = paddle.nn.functional.conv2d(paddle.ones([1, 1, 2, 1]), paddle.ones([1, 1, kernel, 2]), stride=stride)
    except ValueError as refused:
        print(f"kernel {kernel} x 2, stride {stride}: refused: {str(refused).splitlines()[-1]}")
    else:
        print(f"kernel {kernel} x 2, stride {stride}: got shape {output.shape}; required is an exception")
        taken = 1
sys.exit(taken)
