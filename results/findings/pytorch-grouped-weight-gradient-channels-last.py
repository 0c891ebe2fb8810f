# /// script
# requires-python = ">=3.11"
# dependencies = ["torch==2.13.0", "numpy"]
# [tool.conv2d-conformance]
# title = "wrong weight gradients of grouped convolutions in channels-last memory"
# implementation = "PyTorch 2.13.0"
# kind = "bug"
# gravity = 2
# breaks = ["gradients.view-channels-last"]
# report = "torch-layer/2.13.0+cpu/linux-x86_64.json"
# known = ""
# system = []
# ///
"""The weight gradient exchanges the channels of a group: gradients.view-channels-last. On every CPU."""

import sys

import torch

x = torch.arange(1.0, 9.0, dtype=torch.float64).reshape(1, 2, 4).permute(2, 0, 1)  # H, W, C read as (C, H, W)
w = torch.ones(2, 1, 1, 2, dtype=torch.float64).permute(0, 3, 1, 2)  # shape (2, 2, 1, 1), channels innermost
dense = [torch.empty(t.shape, dtype=t.dtype).copy_(t) for t in (x, w)]


def weight_gradient(x: torch.Tensor, w: torch.Tensor) -> list[float]:
    w.requires_grad_()
    torch.nn.functional.conv2d(x, w, groups=2).sum().backward()
    return w.grad.flatten().tolist()


got, required = weight_gradient(x, w), weight_gradient(*dense)
print("channels-last  ", got)
print("dense          ", required)
print("required        the sum of each channel of the input, 6, 8, 10 and 12, in either layout")
sys.exit(got != required)
