# /// script
# requires-python = ">=3.11"
# dependencies = ["MNN==3.6.1", "numpy"]
# [tool.conv2d-conformance]
# title = "the array that Var.read returns is memory that MNN uses again"
# implementation = "MNN 3.6.1"
# kind = "bug"
# gravity = 1
# breaks = ["memory.results-independent"]
# report = "mnn/3.6.1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""An array that was read stays as it was while other variables come and go: it does not."""

import sys

import MNN
import MNN.expr as expr
import numpy as np


def read(value):
    return expr.const(np.full((1, 1, 4, 4), value, np.float32), [1, 1, 4, 4], expr.NCHW).read()


first = read(1)
before = first.tolist()
others = [read(value) for value in range(2, 8)]
print(f"MNN {MNN.version()}: base {first.base}, owns its memory: {first.flags.owndata}")
print(f"first row before {before[0][0][0]} and after the next calls {first.tolist()[0][0][0]}")
print("required: the same, since an array keeps alive the memory that it shows, or owns it")
sys.exit(first.tolist() != before)
