# /// script
# requires-python = ">=3.11"
# dependencies = ["paddlepaddle==3.3.1", "numpy"]
# [tool.conv2d-conformance]
# title = "a kernel without elements is taken, and a bias of one element is added to every channel"
# implementation = "paddle 3.3.1"
# kind = "difference"
# gravity = 4
# breaks = ["validation.kernel-positive", "validation.bias-shape"]
# report = "paddle/3.3.1/linux-x86_64.json"
# known = "https://github.com/PaddlePaddle/Paddle/pull/78237"
# system = []
# ///
"""A kernel has an element at least, and Paddle documents the bias "with shape [M,]": both calls must be refused."""

import sys

import paddle

paddle.set_device("cpu")
image, taken = paddle.ones([1, 1, 3, 3]), 0
calls = {"a kernel of 0 x 0": ([2, 1, 0, 0], [2]), "2 channels and a bias of 1": ([2, 1, 1, 1], [1])}
for what, (kernel, bias) in calls.items():
    try:
        output = paddle.nn.functional.conv2d(image, paddle.ones(kernel), paddle.ones(bias))
    except ValueError as refused:
        print(f"{what}: refused: {str(refused).splitlines()[-1]}")
    else:
        print(f"{what}: got an output of shape {output.shape}; required is an exception")
        taken = 1
sys.exit(taken)
