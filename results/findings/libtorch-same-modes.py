# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy==2.3.5"]
# [tool.conv2d-conformance]
# title = "the padding same in the modes reflect, replicate and circular pads the height by the width and the width by the height"
# implementation = "libtorch 1.13.0"
# kind = "bug"
# gravity = 2
# breaks = ["padding-mode.replicate-same", "padding-mode.reflect-same", "padding-mode.circular-same"]
# report = "libtorch/1.13.0/linux-x86_64.json"
# known = ""
# system = ["g++", "libtorch-dev"]
# ///
"""The padding `same` of a kernel of one row pads the width alone, in every padding mode."""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

CODE = r"""
#include <torch/torch.h>
#include <iostream>

int main() {
  auto options = torch::nn::Conv2dOptions(1, 1, {1, 3}).padding(torch::kSame).bias(false);
  torch::Tensor x = torch::arange(0, 9, torch::kFloat32).reshape({1, 1, 3, 3});
  for (auto mode : {0, 1}) {
    if (mode) options.padding_mode(torch::kReplicate);
    torch::nn::Conv2d layer(options);
    torch::NoGradGuard guard;
    layer->weight.fill_(1);
    std::cout << layer->forward(x).sizes() << "\n";
  }
}
"""

with tempfile.TemporaryDirectory() as folder:
    source, program = Path(folder, "call.cpp"), Path(folder, "call")
    source.write_text(CODE, encoding="utf-8")
    include, libraries = "-I/usr/include/torch/csrc/api/include", ["-ltorch", "-ltorch_cpu", "-lc10"]
    subprocess.run(["c++", "-std=c++17", "-O0", include, "-o", program, source, *libraries], check=True)
    zeros, replicate = subprocess.run([program], check=True, capture_output=True, text=True).stdout.split("\n")[:2]
print(f"same, on an image of {np.array([1, 1, 3, 3])}, in the mode zeros: {zeros}")
print(f"in the mode replicate: {replicate}; required is the size of the image")
sys.exit(replicate != "[1, 1, 3, 3]")
