# /// script
# requires-python = ">=3.11"
# dependencies = ["mlx[cpu]==0.32.4", "numpy"]
# [tool.conv2d-conformance]
# title = "the weight gradient of a grouped convolution can have another shape than the weight"
# implementation = "mlx 0.32.4"
# kind = "bug"
# gravity = 3
# breaks = ["gradients.inputs-unchanged"]
# report = "mlx/0.32.4/linux-x86_64.json"
# known = "https://github.com/ml-explore/mlx/issues/2184"
# system = []
# ///
"""The gradient with respect to an array has the shape of that array."""

import sys

import mlx.core as mx

mx.set_default_device(mx.cpu)


def convolve(image: mx.array, kernel: mx.array) -> mx.array:
    return mx.conv2d(image, kernel, stride=5, padding=2, groups=2)


image, kernel = mx.ones((1, 1, 1, 2)), mx.ones((2, 1, 1, 1))
output = convolve(image, kernel)
_, (_, by_kernel) = mx.vjp(convolve, [image, kernel], [mx.ones(output.shape)])
print(f"got      a gradient of shape {by_kernel.shape}")
print(f"required {kernel.shape}, the shape of the weight")
sys.exit(by_kernel.shape != kernel.shape)
