# /// script
# requires-python = ">=3.11"
# dependencies = ["MNN==3.6.1", "numpy"]
# [tool.conv2d-conformance]
# title = "infinity and NaN become finite numbers"
# implementation = "MNN 3.6.1"
# kind = "bug"
# gravity = 3
# breaks = ["numerics.overflow"]
# report = "mnn/3.6.1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""An infinity, a NaN and a product beyond the largest number, under a kernel of one element."""

import sys

import MNN
import MNN.expr as expr
import numpy as np


def variable(array):
    return expr.const(array, array.shape, expr.NCHW)


x = np.array([np.inf, np.nan, 3e38, -np.inf], np.float32).reshape(1, 1, 1, 4)
weight, bias = np.full((1, 1, 1, 1), 2, np.float32), np.zeros(1, np.float32)
convolved = expr.conv2d(expr.convert(variable(x), expr.NC4HW4), variable(weight), variable(bias))
converted = expr.convert(convolved, expr.NCHW)
got = np.array(converted.read()).ravel()
print(f"MNN {MNN.version()}: {got}")
print("required: [inf nan inf -inf], by IEEE 754; no activation is asked for")
sys.exit(not np.array_equal(got, [np.inf, np.nan, np.inf, -np.inf], equal_nan=True))
