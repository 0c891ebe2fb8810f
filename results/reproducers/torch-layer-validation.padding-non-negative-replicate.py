"""One case of conv2d-conformance as a script of its own: exit status 0 where the answer is right, else 1.

case    n2c4h9w8 m6k1x1 s1x1 p0x0 d1x1 g2 nobias float32 integers:0 replicate padding=-1
target  torch-layer
"""

import base64
import sys
import zlib

import numpy as np

from conv2d_adapters.torch_layer import adapter as found
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
    [[[[5]], [[4]]], [[[3]], [[-1]]], [[[3]], [[-4]]], [[[5]], [[1]]], [[[1]], [[7]]], [[[4]], [[2]]]],
    np.float32,
)
bias = None

arrays = [input, weight, bias]
arguments = dict(stride=(1, 1), padding=-1, dilation=(1, 1), groups=2, padding_mode='replicate')

try:
    output = conv2d(*arrays, **arguments)
except Exception as error:
    print(f'right: the call is illegal, and {type(error).__name__} was raised')
else:
    sys.exit('wrong: the call is illegal (padding must be at least 0, got -1), and it returned shape' + f' {output.shape}')
