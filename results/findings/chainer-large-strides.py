# /// script
# requires-python = ">=3.11,<3.12"
# dependencies = ["chainer==7.8.1", "numpy<1.24", "setuptools<70"]
# [tool.conv2d-conformance]
# title = "a stride costs memory in proportion, so that a large one is refused"
# implementation = "chainer 7.8.1"
# kind = "limit"
# gravity = 5
# breaks = ["stride.beyond-kernel", "gradients.stride"]
# report = "chainer/7.8.1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""A stride larger than the input is legal and has one output; Chainer pads the input by as much as the stride."""

import sys
import tracemalloc

import chainer.functions
import numpy as np

x, w = np.ones((1, 1, 3, 4), np.float32), np.ones((1, 1, 2, 3), np.float32)
tracemalloc.start()
print(chainer.functions.convolution_2d(x, w, stride=(1, 10**7)).shape)
print(f"a stride of 10^7: {tracemalloc.get_traced_memory()[1] >> 20} MiB for an input of 48 bytes")
try:
    print(chainer.functions.convolution_2d(x, w, stride=(2**21, 2**40)).shape)
except (ValueError, MemoryError) as error:
    print(f"got {type(error).__name__}: {error}; required is a result of shape (1, 1, 1, 1)")
    sys.exit(1)
