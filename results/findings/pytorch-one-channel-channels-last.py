# /// script
# requires-python = ">=3.11"
# dependencies = ["torch==2.13.0", "numpy"]
# [tool.conv2d-conformance]
# title = "wrong numbers for grey images in channels-last memory, with default settings, without a warning"
# implementation = "PyTorch 2.13.0, CPU with AVX-512"
# kind = "bug"
# gravity = 2
# breaks = ["memory.view-channels-last"]
# report = "torch/2.13.0+cpu/linux-x86_64.json"
# known = ""
# system = []
# ///
"""The same grey images in two memory layouts have two answers: memory.view-channels-last. On CPUs with AVX-512."""

import sys

import torch

images = torch.arange(1.0, 29.0).reshape(2, 7, 2, 1)  # N, H, W, C
x = images.permute(0, 3, 1, 2)  # N, C, H, W: shape (2, 1, 7, 2), strides (14, 1, 2, 1)
dense = torch.empty(x.shape).copy_(x)
w = torch.zeros(1, 1, 3, 3)
w[0, 0, 2, 1] = 1  # every output is the pixel below the middle of its window

got, required = (torch.nn.functional.conv2d(a, w, stride=(1, 2), padding=(0, 1)).flatten() for a in (x, dense))
print("channels-last  ", got.tolist())
print("dense          ", required.tolist())
print("required        the numbers of the dense one: a memory layout changes no value")
sys.exit(not torch.equal(got, required))
