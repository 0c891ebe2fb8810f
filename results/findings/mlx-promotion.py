# /// script
# requires-python = ">=3.11"
# dependencies = ["mlx[cpu]==0.32.4", "numpy"]
# [tool.conv2d-conformance]
# title = "arrays of different dtypes are promoted, and a bias of one element is broadcast"
# implementation = "mlx 0.32.4"
# kind = "difference"
# gravity = 5
# breaks = ["validation.bias-shape", "validation.dtypes-equal"]
# report = "mlx/0.32.4/linux-x86_64.json"
# known = ""
# system = []
# ///
"""nn_conv2d refuses both. mlx promotes and broadcasts as NumPy does; the bias is added by `mlx.core.add`."""

import sys

import mlx.core as mx

mx.set_default_device(mx.cpu)
image, kernel, taken = mx.ones((1, 3, 3, 1)), mx.ones((2, 1, 1, 1)), 0
calls = {
    "float32 by float16": lambda: mx.conv2d(image, kernel.astype(mx.float16)),
    "2 channels and a bias of 1": lambda: mx.add(mx.conv2d(image, kernel), mx.ones((1,))),
}
for what, call in calls.items():
    try:
        output = call()
    except ValueError as refused:
        print(f"{what}: refused: {refused}")
    else:
        print(f"{what}: got {output.dtype} of shape {output.shape}; required is an exception")
        taken = 1
sys.exit(taken)
