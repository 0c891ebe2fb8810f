# /// script
# requires-python = ">=3.11"
# dependencies = ["ncnn==1.0.20261020", "numpy"]
# [tool.conv2d-conformance]
# title = "a NumPy array that is not dense is read as if it were"
# implementation = "ncnn 1.0.20261020"
# kind = "bug"
# gravity = 2
# breaks = ["memory.view-steps", "memory.view-transposed", "memory.view-broadcast"]
# report = "ncnn/1.0.20261020/linux-x86_64.json"
# known = "https://github.com/Tencent/ncnn/issues/3082"
# system = []
# ///
"""A Mat of every second column has the columns one after the other."""

import sys

import ncnn
import numpy as np

array = np.arange(8, dtype=np.float32).reshape(1, 2, 4)[:, :, ::2]
got = np.array(ncnn.Mat(array))
print(f"ncnn {ncnn.__version__}: ncnn.Mat of\n{array}\nholds\n{got}")
print("required: the same numbers, or an error; ncnn.Mat takes the array and says nothing")
sys.exit(not np.array_equal(got, array))
