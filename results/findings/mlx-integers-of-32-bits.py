# /// script
# requires-python = ">=3.11"
# dependencies = ["mlx[cpu]==0.32.4", "numpy"]
# [tool.conv2d-conformance]
# title = "a stride or a dilation of 2^31 and more is refused"
# implementation = "mlx 0.32.4"
# kind = "limit"
# gravity = 5
# breaks = ["stride.beyond-kernel", "dilation.one-by-one", "gradients.stride", "gradients.dilation"]
# report = "mlx/0.32.4/linux-x86_64.json"
# known = ""
# system = []
# ///
"""A stride beyond the input gives one window, however large it is. mlx documents an int and takes one of 32 bits."""

import sys

import mlx.core as mx

mx.set_default_device(mx.cpu)
image, kernel = mx.ones((1, 3, 3, 1)), mx.ones((1, 1, 1, 1))
print(f"stride 2^31 - 1: got shape {mx.conv2d(image, kernel, stride=2**31 - 1).shape}")
try:
    print(f"stride 2^31: got shape {mx.conv2d(image, kernel, stride=2**31).shape}")
except TypeError as refused:
    print(f"stride 2^31: required is the same; refused: {str(refused).splitlines()[0]}")
    sys.exit(1)
