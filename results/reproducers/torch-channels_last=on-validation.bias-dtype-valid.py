"""One case of conv2d-conformance as a script of its own: exit status 0 where the answer is right, else 1.

case    n1c4h9w8 m6k3x2 s1x1 valid d1x1 g1 bias float32 integers:0 bias-dtype=float64
target  torch?channels_last=on
"""

import base64
import sys
import zlib

import numpy as np

from conv2d_adapters.torch import adapter as found
found = found.configure(channels_last='on')
conv2d = found.conv2d

input = np.frombuffer(
    zlib.decompress(
        base64.b85decode(
            'c-mc*(GkNi2t(PdjOJ0iNg2hXG}wBzE*~6@s|X=TBUVL>C#v&D@tjwl=<|Fc^I$@E)!BaE*ssoY&V84{r1-+H9Vslloo617{%z_#'
            '?uK!<*1k{ld`=EwozpeDrhYErOS+coZhq-NbG<S(;a~V9KX-r9RPqY__><t(C;F%SntC_&ei`5Pt8RVflzDZf`HI*7`F$@R^<DEY'
            '&)^$2d%U4WDN_CW9H+GYwaAN1+ZpRAUS5=X+dY)|ubrE=OJO^=>f-1ZEzDw?|Lj}YPT)zIzw0%#U^exdkMR=VhO~uwFtiV0Gv|BZ'
            'Tf~Eq*XYA@uvNDnd%`nycQ))WfAC`eFGw4+pvU3gurfT%AKzBFZ$IgfAOr'
        )
    ),
    np.float32,
).reshape((1, 4, 9, 8)).copy()
weight = np.array(
    [[[[5, 4], [3, -1], [3, -4]], [[5, 1], [1, 7], [4, 2]], [[-3, 1], [-5, -4], [-5, -7]],
      [[5, 3], [5, -1], [-6, -3]]],
     [[[5, 2], [3, 1], [1, 6]], [[5, -7], [-1, -1], [-7, 3]], [[1, 7], [-5, -5], [3, 3]],
      [[-5, -2], [-4, 5], [4, 4]]],
     [[[-3, 6], [-2, 3], [4, 3]], [[1, 1], [-5, 1], [7, -6]], [[4, -2], [3, 7], [4, -3]],
      [[4, 2], [4, -4], [-6, 5]]],
     [[[3, 2], [1, -1], [-5, 6]], [[-5, -2], [-2, -5], [-4, -5]], [[-3, 4], [5, -1], [-5, 6]],
      [[-1, 1], [-4, 2], [7, 2]]],
     [[[-1, 6], [6, 1], [-5, -7]], [[-1, 5], [-2, -2], [6, 6]], [[5, -1], [1, -5], [1, -4]],
      [[7, 3], [-6, -5], [-4, 2]]],
     [[[2, 4], [-3, -4], [3, 2]], [[-4, 1], [1, 1], [7, 7]], [[-3, 6], [6, -2], [-2, 6]],
      [[-2, -6], [-3, 7], [-5, -4]]]],
    np.float32,
)
bias = np.array([5, -1, -3, 2, 5, 3], np.float64)

arrays = [input, weight, bias]
arguments = dict(stride=(1, 1), padding='valid', dilation=(1, 1), groups=1)

try:
    output = conv2d(*arrays, **arguments)
except Exception as error:
    print(f'right: the call is illegal, and {type(error).__name__} was raised')
else:
    sys.exit('wrong: the call is illegal (input, weight and bias must have the same dtype, got float32, float32, float64), and it returned shape' + f' {output.shape}')
