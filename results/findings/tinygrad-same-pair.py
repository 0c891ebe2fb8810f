# /// script
# requires-python = ">=3.11"
# dependencies = ["tinygrad==0.14.0", "numpy"]
# [tool.conv2d-conformance]
# title = "the padding `same` refuses the stride (1, 1), as if it were strided"
# implementation = "tinygrad 0.14.0"
# kind = "bug"
# gravity = 4
# breaks = ["padding.same-size"]
# report = "tinygrad/0.14.0/linux-x86_64-same=documented-only=padding.same-size.json"
# known = ""
# system = ["clang"]
# ///
"""A stride of 1 along each axis is that of the number 1, which the layer takes. Its documentation is PyTorch's."""

import sys

from tinygrad import Tensor, nn

image = Tensor.ones(1, 1, 3, 4)
print(f"stride 1       an output of shape {nn.Conv2d(1, 1, 3, stride=1, padding='same')(image).shape}")
try:
    print(f"stride (1, 1)  an output of shape {nn.Conv2d(1, 1, 3, stride=(1, 1), padding='same')(image).shape}")
except ValueError as refused:
    print(f"stride (1, 1)  an exception: {refused}")
    print(f"required       an output of shape {image.shape}, since nothing is strided")
    sys.exit(1)
sys.exit(0)
