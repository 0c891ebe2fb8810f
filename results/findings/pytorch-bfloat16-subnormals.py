# /// script
# requires-python = ">=3.11"
# dependencies = ["torch==2.13.0", "numpy"]
# [tool.conv2d-conformance]
# title = "subnormal numbers are lost in bfloat16"
# implementation = "PyTorch 2.13.0, CPU with AVX512_BF16"
# kind = "difference"
# gravity = 3
# breaks = ["numerics.subnormals"]
# report = "torch/2.13.0+cpu/linux-x86_64.json"
# known = "https://github.com/uxlfoundation/oneDNN/pull/649"
# system = []
# ///
"""A number times one is zero: numerics.subnormals. On CPUs with AVX512_BF16."""

import sys

import torch

torch.set_flush_denormal(False)  # the default
x = torch.tensor([[[[1e-39]]]], dtype=torch.bfloat16)
w = torch.ones(1, 1, 1, 1, dtype=torch.bfloat16)
got = torch.nn.functional.conv2d(x, w)
print("got            ", got.item())
print("required       ", x.item(), "as in float32, and in bfloat16 on other processors")
sys.exit(not torch.equal(got, x))
