# /// script
# requires-python = ">=3.11"
# dependencies = ["torch==2.13.0", "numpy"]
# [tool.conv2d-conformance]
# title = "three paddings are taken by the layer in the modes reflect, replicate and circular"
# implementation = "PyTorch 2.13.0"
# kind = "bug"
# gravity = 4
# breaks = [
#     "validation.padding-length-reflect",
#     "validation.padding-length-replicate",
#     "validation.padding-length-circular",
# ]
# report = "torch-layer/2.13.0+cpu/linux-x86_64.json"
# known = ""
# system = []
# ///
"""A padding of three numbers is taken, in another order: validation.padding-length-reflect. On every CPU."""

import sys

import torch

got = {}
for mode in ("zeros", "reflect", "replicate", "circular"):
    layer = torch.nn.Conv2d(1, 1, 1, padding=(0, 1, 2), padding_mode=mode)
    try:
        got[mode] = tuple(layer(torch.zeros(1, 1, 5, 7)).shape)
    except RuntimeError as error:
        got[mode] = f"refused: {error}"
    print(f"{mode:15}", got[mode])
print("required        refused in every mode: a tuple of two is documented, the first for the height")
sys.exit(any(isinstance(answer, tuple) for answer in got.values()))
