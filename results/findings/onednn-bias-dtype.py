# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy==2.3.5"]
# [tool.conv2d-conformance]
# title = "a bias of float32 is taken beside bfloat16, as the guide to data types says"
# implementation = "oneDNN 2.6.3"
# kind = "difference"
# gravity = 5
# breaks = ["validation.dtypes-equal"]
# report = "onednn-any/2.6.3/linux-x86_64.json"
# known = ""
# system = ["g++", "libdnnl-dev"]
# ///
"""The document knows one dtype for the input, the weight and the bias; oneDNN documents two."""

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
  auto any = memory::format_tag::any;
  memory::desc one({1, 1, 1, 1}, memory::data_type::bf16, any), bias({1}, memory::data_type::f32, any);
  try {
    convolution_forward::desc(prop_kind::forward_inference, algorithm::convolution_direct, one, one, bias, one, {1, 1},
                              {0, 0}, {0, 0});
    std::printf("taken");
  } catch (const error &refusal) {
    std::printf("refused");
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
print(f"a bias of {np.dtype(np.float32)} beside bfloat16 is {ran.stdout}; the document wants it refused")
sys.exit(ran.stdout == "taken")
