# /// script
# requires-python = ">=3.11"
# dependencies = ["mlx[cpu]==0.32.4", "numpy"]
# [tool.conv2d-conformance]
# title = "a kernel larger than the input reads out of bounds, where the stride is larger still"
# implementation = "mlx 0.32.4"
# kind = "bug"
# gravity = 1
# breaks = ["validation.kernel-fits"]
# report = "mlx/0.32.4/linux-x86_64.json"
# known = ""
# system = []
# ///
"""No window of 40 x 40 fits into an image of 1 x 1: the call must be refused, as mlx does with a stride of 1."""

import sys

import mlx.core as mx

mx.set_default_device(mx.cpu)
image, kernel = mx.ones((1, 1, 1, 1)), mx.ones((1, 40, 40, 1))
for stride in (1, 50):
    try:
        output = mx.conv2d(image, kernel, stride=stride)
    except ValueError as refused:
        print(f"stride {stride}: refused: {refused}")
    else:
        print(
            f"stride {stride}: got {output.tolist()}, sums of {image.size} pixel and of what lies behind it in memory"
        )
        sys.exit(1)
