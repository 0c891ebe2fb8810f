# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy==2.3.5"]
# [tool.conv2d-conformance]
# title = "an infinity spreads to the pixel before it in bfloat16, where the number of channels is odd"
# implementation = "oneDNN 2.6.3"
# kind = "bug"
# gravity = 3
# breaks = ["special-values.outside-window"]
# report = "onednn-any/2.6.3/linux-x86_64.json"
# known = ""
# system = ["g++", "libdnnl-dev"]
# ///
"""A kernel of one tap reads one pixel: what lies beside it must not matter. It needs a processor with AVX512_BF16."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

CODE = r"""
#include <oneapi/dnnl/dnnl.hpp>
#include <cstdio>
#include <limits>
using namespace dnnl;

int main() {
  engine cpu(engine::kind::cpu, 0);
  stream s(cpu);
  auto any = memory::format_tag::any, plain = memory::format_tag::nchw;
  auto f32 = memory::data_type::f32, bf16 = memory::data_type::bf16;
  memory::dims image{1, 1, 1, 2}, kernel{1, 1, 1, 1};
  float x[] = {0, std::numeric_limits<float>::infinity()}, w[] = {1}, y[2];
  convolution_forward::primitive_desc pd(
      {prop_kind::forward_inference, algorithm::convolution_direct, {image, bf16, any}, {kernel, bf16, any},
       {image, bf16, any}, {1, 1}, {0, 0}, {0, 0}},
      cpu);
  memory x32({image, f32, plain}, cpu, x), w32({kernel, f32, plain}, cpu, w), y32({image, f32, plain}, cpu, y);
  memory x16(pd.src_desc(), cpu), w16(pd.weights_desc(), cpu), y16(pd.dst_desc(), cpu);
  reorder(x32, x16).execute(s, x32, x16);
  reorder(w32, w16).execute(s, w32, w16);
  convolution_forward(pd).execute(s, {{DNNL_ARG_SRC, x16}, {DNNL_ARG_WEIGHTS, w16}, {DNNL_ARG_DST, y16}});
  reorder(y16, y32).execute(s, y16, y32);
  s.wait();
  std::printf("%g %g %s", y[0], y[1], pd.impl_info_str());
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
print(f"{got[2]} says {got[:2]} for the input [0, inf] and the kernel [1]; required is ['0', 'inf']")
sys.exit(bool(np.isnan(float(got[0]))))
