# /// script
# requires-python = ">=3.11"
# dependencies = ["openvino==2026.4.1", "numpy"]
# [tool.conv2d-conformance]
# title = "subnormal numbers are lost in bfloat16"
# implementation = "openvino 2026.4.1"
# kind = "difference"
# gravity = 3
# breaks = ["numerics.subnormals"]
# report = "openvino/2026.4.1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""A number times one is zero, though nobody asked for CPU_DENORMALS_OPTIMIZATION. On CPUs with AVX512_BF16."""

import sys

import numpy as np
import openvino
from openvino import Type
from openvino import opset13 as ops

BITS = {"a subnormal number": 0x0008, "one": 0x3F80}
x, w = (np.full((1, 1, 1, 1), bits, np.uint16).view(np.float16) for bits in BITS.values())  # bfloat16, as its bits
image, kernel = (ops.parameter([1, 1, 1, 1], Type.bf16) for _ in range(2))
model = openvino.Model([ops.convolution(image, kernel, [1, 1], [0, 0], [0, 0], [1, 1])], [image, kernel])
compiled = openvino.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
got = int(compiled([x, w])[0].view(np.uint16).item())
print(f"OpenVINO {openvino.__version__}: the bits {BITS['a subnormal number']:#06x} times one are {got:#06x}")
print(f"required: {BITS['a subnormal number']:#06x}, as in float32 and float16")
sys.exit(got != BITS["a subnormal number"])
