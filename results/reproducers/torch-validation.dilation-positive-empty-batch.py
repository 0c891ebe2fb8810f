"""One case of conv2d-conformance as a script of its own: exit status 0 where the answer is right, else 1.

case    n0c4h9w8 m6k3x2 s1x1 p0x0 d1x1 g2 nobias float32 integers:0 dilation=0
target  torch
"""

import sys

import numpy as np

from conv2d_adapters.torch import adapter as found
conv2d = found.conv2d

input = np.zeros((0, 4, 9, 8), np.float32)
weight = np.array(
    [[[[5, 4], [3, -1], [3, -4]], [[5, 1], [1, 7], [4, 2]]],
     [[[-3, 1], [-5, -4], [-5, -7]], [[5, 3], [5, -1], [-6, -3]]],
     [[[5, 2], [3, 1], [1, 6]], [[5, -7], [-1, -1], [-7, 3]]],
     [[[1, 7], [-5, -5], [3, 3]], [[-5, -2], [-4, 5], [4, 4]]],
     [[[-3, 6], [-2, 3], [4, 3]], [[1, 1], [-5, 1], [7, -6]]],
     [[[4, -2], [3, 7], [4, -3]], [[4, 2], [4, -4], [-6, 5]]]],
    np.float32,
)
bias = None

arrays = [input, weight, bias]
arguments = dict(stride=(1, 1), padding=(0, 0), dilation=0, groups=2)

try:
    output = conv2d(*arrays, **arguments)
except Exception as error:
    print(f'right: the call is illegal, and {type(error).__name__} was raised')
else:
    sys.exit('wrong: the call is illegal (dilation must be at least 1, got 0), and it returned shape' + f' {output.shape}')
