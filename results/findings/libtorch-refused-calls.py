# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy==2.3.5"]
# [tool.conv2d-conformance]
# title = "circular without a batch, reflect and replicate in bfloat16, and strides of 2^31 are refused"
# implementation = "libtorch 1.13.0"
# kind = "limit"
# gravity = 4
# breaks = ["padding-mode.circular", "gradients.reflect", "stride.beyond-kernel", "gradients.stride"]
# report = "libtorch/1.13.0/linux-x86_64.json"
# known = "https://github.com/pytorch/pytorch/issues/104860"
# system = ["g++", "libtorch-dev"]
# ///
"""Three legal calls, which PyTorch documents, are refused."""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

CODE = r"""
#include <torch/torch.h>
#include <cstdio>

template <typename Call> void tell(const char *what, Call call) {
  try {
    call();
    std::printf("%s: answered\n", what);
  } catch (const std::exception &refusal) {
    std::printf("%s: refused: %.70s\n", what, refusal.what());
  }
}

int main() {
  using torch::nn::Conv2d, torch::nn::Conv2dOptions;
  tell("circular, an input without a batch", [] {
    Conv2d(Conv2dOptions(1, 1, 1).padding(1).padding_mode(torch::kCircular))->forward(torch::zeros({1, 3, 3}));
  });
  tell("reflect, bfloat16", [] {
    Conv2d layer(Conv2dOptions(1, 1, 1).padding(1).padding_mode(torch::kReflect));
    layer->to(torch::kBFloat16);
    layer->forward(torch::zeros({1, 1, 3, 3}, torch::kBFloat16));
  });
  tell("a stride of 2^31", [] {
    Conv2d(Conv2dOptions(1, 1, 1).stride({1, 2147483648}))->forward(torch::zeros({2, 1, 1, 1}));
  });
}
"""

with tempfile.TemporaryDirectory() as folder:
    source, program = Path(folder, "call.cpp"), Path(folder, "call")
    source.write_text(CODE, encoding="utf-8")
    include, libraries = "-I/usr/include/torch/csrc/api/include", ["-ltorch", "-ltorch_cpu", "-lc10"]
    subprocess.run(["c++", "-std=c++17", "-O0", include, "-o", program, source, *libraries], check=True)
    said = subprocess.run([program], check=True, capture_output=True, text=True).stdout
print(said + "required is an answer to each of them")
sys.exit(bool(np.any([": refused: " in line for line in said.splitlines()])))
