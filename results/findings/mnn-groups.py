# /// script
# requires-python = ">=3.11"
# dependencies = ["MNN==3.6.1", "numpy"]
# [tool.conv2d-conformance]
# title = "expr.conv2d with groups sums over all channels, and reads memory behind the weight"
# implementation = "MNN 3.6.1"
# kind = "bug"
# gravity = 1
# breaks = ["groups.side-by-side", "groups.multiplier", "groups.every-divisor"]
# report = "mnn/3.6.1/linux-x86_64.json"
# known = ""
# system = []
# ///
"""Two groups of two channels: each output is the sum of two pixels, and MNN makes it of four and of foreign memory."""

import sys

import MNN
import MNN.expr as expr
import numpy as np


def variable(array):
    return expr.const(array, array.shape, expr.NCHW)


x = np.array([1, 10, 100, 1000], np.float32).reshape(1, 4, 1, 1)
weight, bias = np.ones((6, 2, 1, 1), np.float32), np.zeros(6, np.float32)
pixels = expr.convert(variable(x), expr.NC4HW4)
convolved = expr.convert(expr.conv2d(pixels, variable(weight), variable(bias), group=2), expr.NCHW)
got = np.array(convolved.read()).ravel()
required = [11, 11, 11, 1100, 1100, 1100]
print(f"MNN {MNN.version()}, group=2, all weights 1: {got}")
print(f"required: {required}, since `group` divides the channels 1 and 10 from the channels 100 and 1000")
sys.exit(not np.array_equal(got, required))
