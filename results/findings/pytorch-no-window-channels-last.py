# /// script
# requires-python = ">=3.11"
# dependencies = ["torch==2.13.0", "numpy"]
# [tool.conv2d-conformance]
# title = "a segmentation fault in channels-last memory where no window meets the input"
# implementation = "PyTorch 2.13.0, CPU with AVX2"
# kind = "bug"
# gravity = 1
# breaks = ["memory.view-channels-last"]
# report = "torch/2.13.0+cpu/linux-x86_64.json"
# known = ""
# system = []
# ///
"""A legal call that ends the process: memory.view-channels-last. On CPUs with AVX2."""

import subprocess
import sys

CALL = """
import torch
x = torch.zeros(2, 2, 3, 1)
x = x.contiguous(memory_format=torch.channels_last) if {channels_last} else x
w, b = torch.zeros(1, 2, 1, 1), torch.zeros(1)
print(torch.nn.functional.conv2d(x, w, b, stride=(1, 2), padding=(0, 1), dilation=(1, 2)).flatten().tolist())
"""


def ask(channels_last: bool) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", CALL.format(channels_last=channels_last)]
    return subprocess.run(program, capture_output=True, text=True, check=False)


dense, channels_last = ask(False), ask(True)
print("dense          ", f"exit status {dense.returncode}", dense.stdout.strip())
print("channels-last  ", f"exit status {channels_last.returncode}", channels_last.stdout.strip())
print("required        zeros in either: an output whose window lies in the padding is its bias")
sys.exit(channels_last.returncode < 0 == dense.returncode)
