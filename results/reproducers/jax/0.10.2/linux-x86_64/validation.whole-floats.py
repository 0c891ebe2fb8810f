"""One case of conv2d-conformance as a script of its own: exit status 0 where the answer is right, else 1.

after   n1c1h1w1 m1k1x1 s1x1 p0x0 d1x1 g1 nobias float32 integers:0
case    n1c1h1w1 m1k1x1 s1x1 p0x0 d1x1 g1 nobias float32 integers:0 stride=(1.0,1)
target  jax
"""

import os
import sys
from collections import deque

os.environ.update({**{'OMP_NUM_THREADS': '1', 'OPENBLAS_NUM_THREADS': '1', 'MKL_NUM_THREADS': '1'}, **os.environ})

import numpy as np

from conv2d_adapters.jax import adapter as found
conv2d = found.conv2d

# All arrays of a call lie in one block of NaN, as in the suite: a read beside them shows. There are two, by turns.
blocks = [np.empty(12420, np.uint8) for _ in range(2)]
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

# call 1: n1c1h1w1 m1k1x1 s1x1 p0x0 d1x1 g1 nobias float32 integers:0
input = np.array([[[[-7]]]], np.float32)
weight = np.array([[[[5]]]], np.float32)
bias = None
arrays = [input, weight, bias]
# of each array the first byte in the block, the strides, and whether it can be written to
places = [(4096, (4, 4, 4, 4), True), (8256, (4, 4, 4, 4), True), None]
arguments = dict(stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1)
try:
    ask(conv2d, arrays, places, arguments)
except Exception:
    pass

input = np.array([[[[-7]]]], np.float32)
weight = np.array([[[[5]]]], np.float32)
bias = None

arrays = [input, weight, bias]
# of each array the first byte in the block, the strides, and whether it can be written to
places = [(4096, (4, 4, 4, 4), True), (8256, (4, 4, 4, 4), True), None]
arguments = dict(stride=(1.0, 1), padding=(0, 0), dilation=(1, 1), groups=1)

try:
    output = ask(conv2d, arrays, places, arguments)
except Exception as error:
    print(f'right: the call is illegal, and {type(error).__name__} was raised')
else:
    sys.exit('wrong: the call is illegal (stride[0] must be an int, got 1.0), and it returned shape' + f' {output.shape}')
