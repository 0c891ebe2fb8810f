# /// script
# requires-python = ">=3.11"
# dependencies = ["torch==2.13.0", "numpy"]
# [tool.conv2d-conformance]
# title = "batches of 16 and more images are not summed by IEEE arithmetic where oneDNN is off"
# implementation = "PyTorch 2.13.0, oneDNN off"
# kind = "difference"
# gravity = 3
# breaks = ["values.index-map", "values.no-flip", "values.batch-items-independent", "values.every-size"]
# report = "torch/2.13.0+cpu/linux-x86_64-onednn=off.json"
# known = "https://github.com/pytorch/pytorch/pull/2826"
# system = []
# ///
"""NNPACK transforms, so that an output of zeros alone is not zero: values.index-map. On every CPU, with oneDNN off."""

import sys

import torch

x = torch.zeros(16, 1, 1, 4)
x[0, 0, 0, 1] = 1
with torch.backends.mkldnn.flags(enabled=False):
    got = torch.nn.functional.conv2d(x, torch.ones(1, 1, 1, 1))[0].flatten()
    alone = torch.nn.functional.conv2d(x[:15], torch.ones(1, 1, 1, 1))[0].flatten()
print("16 images      ", got.tolist())
print("15 images      ", alone.tolist())
print("required        the input itself, since the kernel is a single 1: 0, 1, 0, 0")
sys.exit(not torch.equal(got, x[0].flatten()))
