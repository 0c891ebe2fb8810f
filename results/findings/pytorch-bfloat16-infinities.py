# /// script
# requires-python = ">=3.11"
# dependencies = ["torch==2.13.0", "numpy"]
# [tool.conv2d-conformance]
# title = "NaN and infinity spread to their neighbours in bfloat16 under an odd number of channels"
# implementation = "PyTorch 2.13.0, CPU with AVX-512"
# kind = "bug"
# gravity = 3
# breaks = [
#     "special-values.nan-in-window",
#     "special-values.infinity-in-window",
#     "special-values.infinity-times-zero",
#     "special-values.outside-window",
#     "special-values.between-taps",
# ]
# report = "torch/2.13.0+cpu/linux-x86_64.json"
# known = "https://github.com/uxlfoundation/oneDNN/issues/5717"
# system = []
# ///
"""An infinity makes outputs NaN that do not see it: special-values.outside-window. On CPUs with AVX-512."""

import sys

import torch

image = torch.ones(1, 3, 2, 4)
image[0, 2, 1, 2] = float("inf")
weight = torch.ones(1, 3, 1, 2)
got, required = (
    torch.nn.functional.conv2d(image.to(dtype), weight.to(dtype))[0, 0, 1].float()
    for dtype in (torch.bfloat16, torch.float32)
)
print("bfloat16       ", got.tolist())
print("float32        ", required.tolist())
print("required        6, inf, inf: the first window does not hold the infinity, and nothing makes the second NaN")
sys.exit(not torch.equal(got, required))
