# /// script
# requires-python = ">=3.11"
# dependencies = ["ncnn==1.0.20261020", "numpy"]
# [tool.conv2d-conformance]
# title = "a grouped convolution reads memory behind a NumPy array"
# implementation = "ncnn 1.0.20261020"
# kind = "bug"
# gravity = 1
# breaks = ["groups.side-by-side", "values.definition", "values.every-size", "numerics.grade"]
# report = "ncnn/1.0.20261020/linux-x86_64.json"
# known = ""
# system = []
# ///
"""Two groups of three channels, of which each is one pixel: what lies behind the input gets into the output."""

import sys

import ncnn
import numpy as np

memory = np.full(64, np.nan, np.float32)
x = memory[:6].reshape(6, 1, 1)
x[...] = 1
weight = np.ones((2, 3, 1, 1), np.float32)
layer = "7767517\n2 2\nInput x 0 1 x\nConvolutionDepthWise y 1 1 x y 0=2 1=1 7=2 6=6\n"
blob = bytes(4) + weight.tobytes()


def answer(mat):
    net = ncnn.Net()
    net.load_param_mem(layer)
    net.load_model_mem(blob)
    extractor = net.create_extractor()
    extractor.input("x", mat)
    return np.array(extractor.extract("y")[1]).ravel()


mat = ncnn.Mat(x)
got, copied = answer(mat), answer(mat.clone())
print(f"ncnn {ncnn.__version__}: a Mat of the array {x.shape}, channel step {mat.cstep}: {got}")
print(f"its clone, channel step {mat.clone().cstep}: {copied}")
print("required: [3. 3.], since every output is the sum of three ones; the NaN lie behind the array")
sys.exit(not np.array_equal(got, [3, 3]))
