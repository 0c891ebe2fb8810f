# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy==2.3.5"]
# [tool.conv2d-conformance]
# title = "a kernel that is larger than the input gives an empty result, or is taken for one that fits"
# implementation = "oneDNN 2.6.3"
# kind = "bug"
# gravity = 4
# breaks = ["validation.kernel-fits", "batch.empty-checked"]
# report = "onednn-any/2.6.3/linux-x86_64.json"
# known = ""
# system = ["g++", "libdnnl-dev"]
# ///
"""A kernel of two rows does not fit into an image of one row: the call must be refused."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

CODE = r"""
#include <oneapi/dnnl/dnnl.hpp>
#include <cstdio>
using namespace dnnl;

int main() {
  auto f32 = memory::data_type::f32;
  auto plain = memory::format_tag::nchw;
  for (memory::dim stride : {1, 2}) {
    memory::dim rows = stride == 1 ? 0 : 1;
    try {
      convolution_forward::desc(prop_kind::forward_inference, algorithm::convolution_direct, {{1, 1, 1, 1}, f32, plain},
                                {{1, 1, 2, 1}, f32, plain}, {{1, 1, rows, 1}, f32, plain}, {stride, 1}, {0, 0}, {0, 0});
      std::printf("%d ", int(rows));
    } catch (const error &refusal) {
      std::printf("refused ");
    }
  }
}
"""

with tempfile.TemporaryDirectory() as folder:
    source, program = Path(folder, "call.cpp"), Path(folder, "call")
    source.write_text(CODE, encoding="utf-8")
    subprocess.run(["c++", "-std=c++17", "-O1", "-o", program, source, "-ldnnl"], check=True)
    ran = subprocess.run(
        [program], check=True, capture_output=True, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"}
    )
got = ran.stdout.split()
for stride, rows in zip((1, 2), got, strict=True):
    true = np.floor((1 - 2) / stride).astype(int) + 1
    print(f"stride {stride}: a result of so many rows is taken: {rows}; the formula gives {true}, required is an error")
sys.exit(got != ["refused"] * 2)
