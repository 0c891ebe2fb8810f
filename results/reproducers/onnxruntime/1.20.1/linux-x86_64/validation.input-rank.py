"""One case of conv2d-conformance as a script of its own: exit status 0 where the answer is right, else 1.

case    n2c4h9w8 m6k3x2 s1x1 p0x0 d1x1 g2 bias float32 integers:0 input-shape=(8,)
target  onnxruntime
"""

import os
import sys
from collections import deque

os.environ.update({**{'OMP_NUM_THREADS': '1', 'OPENBLAS_NUM_THREADS': '1', 'MKL_NUM_THREADS': '1'}, **os.environ})

import numpy as np

from conv2d_adapters.onnxruntime import adapter as found
conv2d = found.conv2d

# All arrays of a call lie in one block of NaN, as in the suite: a read beside them shows. There are two, by turns.
blocks = [np.empty(16856, np.uint8) for _ in range(2)]
blocks = [block[-block.__array_interface__['data'][0] % 64 :] for block in blocks]
kept, calls = deque(maxlen=4), 0


def ask(function, arrays, places, arguments):
    global calls
    block = blocks[calls // 2 % 2]
    block[:] = 0xFF
    handed = []
    for array, place in zip(arrays, places):
        if array is not None:
            first, strides, writable = place
            array, values = np.ndarray(array.shape, array.dtype, block, first, strides), array
            array[...] = values
            array.flags.writeable = writable
        handed.append(array)
    calls += 1
    kept.append(function(*handed, **arguments))
    return kept[-1]

input = np.array([-7, -4, -6, 1, 1, -4, 7, 7], np.float32)
weight = np.array(
    [[[[5, 4], [3, -1], [3, -4]], [[5, 1], [1, 7], [4, 2]]],
     [[[-3, 1], [-5, -4], [-5, -7]], [[5, 3], [5, -1], [-6, -3]]],
     [[[5, 2], [3, 1], [1, 6]], [[5, -7], [-1, -1], [-7, 3]]],
     [[[1, 7], [-5, -5], [3, 3]], [[-5, -2], [-4, 5], [4, 4]]],
     [[[-3, 6], [-2, 3], [4, 3]], [[1, 1], [-5, 1], [7, -6]]],
     [[[4, -2], [3, 7], [4, -3]], [[4, 2], [4, -4], [-6, 5]]]],
    np.float32,
)
bias = np.array([5, -1, -3, 2, 5, 3], np.float32)

arrays = [input, weight, bias]
# of each array the first byte in the block, the strides, and whether it can be written to
places = [(4096, (4,), True), (8256, (48, 24, 8, 4), True), (12672, (4,), True)]
arguments = dict(stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=2)

try:
    output = ask(conv2d, arrays, places, arguments)
except Exception as error:
    print(f'right: the call is illegal, and {type(error).__name__} was raised')
else:
    sys.exit('wrong: the call is illegal (input must have shape (N, C, H, W) or (C, H, W), got (8,)), and it returned shape' + f' {output.shape}')
