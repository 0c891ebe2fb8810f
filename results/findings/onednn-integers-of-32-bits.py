# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy==2.3.5"]
# [tool.conv2d-conformance]
# title = "a stride or a dilation of 2^31 and more is refused, though the type of both has 64 bits"
# implementation = "oneDNN 2.6.3"
# kind = "limit"
# gravity = 4
# breaks = ["stride.beyond-kernel", "dilation.one-by-one", "gradients.stride", "gradients.dilation"]
# report = "onednn-any/2.6.3/linux-x86_64.json"
# known = ""
# system = ["g++", "libdnnl-dev"]
# ///
"""A stride beyond the image takes the first window alone, however large it is. 2^31 - 1 is taken."""

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
  memory::desc one({1, 1, 1, 1}, memory::data_type::f32, memory::format_tag::nchw);
  for (memory::dim stride : {2147483647L, 2147483648L}) {
    try {
      convolution_forward::desc(prop_kind::forward_inference, algorithm::convolution_direct, one, one, one, {1, stride},
                                {0, 0}, {0, 0});
      std::printf("taken ");
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
for stride, word in zip(np.array([2**31 - 1, 2**31]), got, strict=True):
    print(f"a stride of {stride} is {word}; required is taken")
sys.exit("refused" in got)
