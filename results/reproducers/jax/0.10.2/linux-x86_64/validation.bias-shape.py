"""One case of conv2d-conformance as a script of its own: exit status 0 where the answer is right, else 1.

case    n2c4h9w8 m6k3x2 s1x1 p0x0 d1x1 g2 bias float32 integers:0 bias-shape=(1,)
target  jax
"""

import base64
import os
import sys
import zlib
from collections import deque

os.environ.update({**{'OMP_NUM_THREADS': '1', 'OPENBLAS_NUM_THREADS': '1', 'MKL_NUM_THREADS': '1'}, **os.environ})

import numpy as np

from conv2d_adapters.jax import adapter as found
conv2d = found.conv2d

# All arrays of a call lie in one block of NaN, as in the suite: a read beside them shows. There are two, by turns.
blocks = [np.empty(19076, np.uint8) for _ in range(2)]
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

input = np.frombuffer(
    zlib.decompress(
        base64.b85decode(
            'c-n21;nnLP3`5zh9*t4FNi_<ie1%wW!+SqCw25PcWXr7$wbp-2bN|%({T}hG`8$6r;)!YXOmoNk75lB<dVbGmQ87{Z8e->)ign(('
            'XFNIPyR7g0tRwftI-iH}e4f2kEOQbwG0p#~conWu=dS#P!<cpLKGXS!c`82F{R)$cE8{mm;rP0z@n`Xs^=;JmLcYb9&iU3U;@}GK'
            'YOc3_-;>Yh6LSY=&ex&6x$zmQ6?K2=n1yv?DJ~*VGq_W`xKQ0~-9g~LYA#Vr4K+7(;(T9Yu@(vbU2j57m=l5DacS19jV^tV*UNFe'
            'ur+Yds~#FOcfYt7%|R=!jnAArRyyaoPW<2Jt{t%*{Fsa73x&;E_>P@DT)XpFfAco<FK;V1>x=K}zV2c7yz9o_ZVf-rbNi6b++2a9'
            '1}uZvP$vVr2DldL#J!h-AHh?%Z&t0judJQDC*fg%8c1j+c$&Ypj(qp(nRxez`?bSgci&uRkIP?r98YwQcxKoq654OS*U1w)aob;!'
            'NAaH;)$s<`DZOIVCUs}u!{-8?cI&`-keF4w&fx_DCSpx^BWus|OX%xc6W0%WoqLDpxF0=lh%f2a-{U{71<t6gL7d*%I$U$#T5oUG'
            '>AhV8*WC6DZ1JA2!TyHN?mJTpoVRD7>rL>c@7t%up2OU-*QNddY`jBh'
        )
    ),
    np.float32,
).reshape((2, 4, 9, 8)).copy()
weight = np.array(
    [[[[5, 4], [3, -1], [3, -4]], [[5, 1], [1, 7], [4, 2]]],
     [[[-3, 1], [-5, -4], [-5, -7]], [[5, 3], [5, -1], [-6, -3]]],
     [[[5, 2], [3, 1], [1, 6]], [[5, -7], [-1, -1], [-7, 3]]],
     [[[1, 7], [-5, -5], [3, 3]], [[-5, -2], [-4, 5], [4, 4]]],
     [[[-3, 6], [-2, 3], [4, 3]], [[1, 1], [-5, 1], [7, -6]]],
     [[[4, -2], [3, 7], [4, -3]], [[4, 2], [4, -4], [-6, 5]]]],
    np.float32,
)
bias = np.array([5], np.float32)

arrays = [input, weight, bias]
# of each array the first byte in the block, the strides, and whether it can be written to
places = [(4096, (1152, 288, 32, 4), True), (10496, (48, 24, 8, 4), True), (14912, (4,), True)]
arguments = dict(stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=2)

try:
    output = ask(conv2d, arrays, places, arguments)
except Exception as error:
    print(f'right: the call is illegal, and {type(error).__name__} was raised')
else:
    sys.exit('wrong: the call is illegal (bias must have shape (M,) = (6,), got (1,)), and it returned shape' + f' {output.shape}')
