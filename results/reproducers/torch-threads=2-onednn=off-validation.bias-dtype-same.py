"""One case of conv2d-conformance as a script of its own: exit status 0 where the answer is right, else 1.

case    n2c4h9w8 m6k3x2 s1x1 same d1x1 g2 bias float32 integers:0 bias-dtype=float64
target  torch?threads=2&onednn=off
"""

import base64
import sys
import zlib

import numpy as np

from conv2d_adapters.torch import adapter as found
found = found.configure(threads='2', onednn='off')
conv2d = found.conv2d

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
bias = np.array([5, -1, -3, 2, 5, 3], np.float64)

arrays = [input, weight, bias]
arguments = dict(stride=(1, 1), padding='same', dilation=(1, 1), groups=2)

try:
    output = conv2d(*arrays, **arguments)
except Exception as error:
    print(f'right: the call is illegal, and {type(error).__name__} was raised')
else:
    sys.exit('wrong: the call is illegal (input, weight and bias must have the same dtype, got float32, float32, float64), and it returned shape' + f' {output.shape}')
