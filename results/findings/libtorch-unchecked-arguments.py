# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy==2.3.5"]
# [tool.conv2d-conformance]
# title = "groups of 0 end the process with SIGFPE, and a negative dilation of an empty batch is taken"
# implementation = "libtorch 1.13.0"
# kind = "bug"
# gravity = 1
# breaks = ["validation.groups-positive", "validation.dilation-positive"]
# report = "libtorch/1.13.0/linux-x86_64.json"
# known = "https://github.com/pytorch/pytorch/issues/108219"
# system = ["g++", "libtorch-dev"]
# ///
"""Zero groups, and a negative dilation of an empty batch, must be refused. A child process makes the calls."""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

CODE = r"""
#include <torch/torch.h>
#include <cstdio>

int main(int count, char **) {
  if (count > 1) {
    torch::nn::Conv2d layer(torch::nn::Conv2dOptions(1, 1, 1).groups(0));
    return 0;
  }
  torch::nn::Conv2d layer(torch::nn::Conv2dOptions(1, 1, 1).dilation({-1, 1}));
  try {
    layer->forward(torch::zeros({0, 1, 1, 1}));
    std::puts("taken");
  } catch (const c10::Error &) {
    std::puts("refused");
  }
}
"""

with tempfile.TemporaryDirectory() as folder:
    source, program = Path(folder, "call.cpp"), Path(folder, "call")
    source.write_text(CODE, encoding="utf-8")
    include, libraries = "-I/usr/include/torch/csrc/api/include", ["-ltorch", "-ltorch_cpu", "-lc10"]
    subprocess.run(["c++", "-std=c++17", "-O0", include, "-o", program, source, *libraries], check=True)
    zero = subprocess.run([program, "zero"], check=False, capture_output=True).returncode
    negative = subprocess.run([program], check=True, capture_output=True, text=True).stdout.strip()
print(f"groups 0: the process ended with status {np.int64(zero)}; required is an exception, so SIGABRT, -6")
print(f"dilation -1 of an empty batch: {negative}; required is refused")
sys.exit(zero == -8 or negative == "taken")
