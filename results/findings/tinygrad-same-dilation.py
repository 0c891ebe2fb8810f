# /// script
# requires-python = ">=3.11"
# dependencies = ["tinygrad==0.14.0", "numpy"]
# [tool.conv2d-conformance]
# title = "the padding `same` takes the dilation of the other axis"
# implementation = "tinygrad 0.14.0"
# kind = "bug"
# gravity = 2
# breaks = ["padding.same-dilated"]
# report = "tinygrad/0.14.0/linux-x86_64.json"
# known = "https://github.com/tinygrad/tinygrad/pull/17805"
# system = ["clang"]
# ///
"""With the padding `same` the output has the size of the input. tinygrad's documentation refers to PyTorch's."""

import sys

from tinygrad import Tensor, nn

image = Tensor.ones(1, 1, 3, 4)
layer = nn.Conv2d(1, 1, (1, 3), padding="same", dilation=(1, 2))
output = layer(image)
print(f"got      an output of shape {output.shape}")
print(f"required {image.shape}, the shape of the input")
sys.exit(output.shape != image.shape)
