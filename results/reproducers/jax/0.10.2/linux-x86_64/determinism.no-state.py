"""One case of conv2d-conformance as a script of its own: exit status 0 where the answer is right, else 1.

after   n1c2h28w13 m4k3x3 s11x4 p1x1 d2x2 g2 bias float32 integers:568206577 stride=(11.0,4)
case    n1c2h28w13 m4k3x3 s11x4 p1x1 d2x2 g2 bias float32 integers:568206577
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
blocks = [np.empty(19600, np.uint8) for _ in range(2)]
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

# call 1: n1c2h28w13 m4k3x3 s11x4 p1x1 d2x2 g2 bias float32 integers:568206577 stride=(11.0,4)
input = np.frombuffer(
    zlib.decompress(
        base64.b85decode(
            'c-n22(X|612t?^jO0yI@SxT{#7ZV0<%=_4r#5D-R%%E9>nY-DJ&of`oS(}g9dacj#`F_^VZ_j;p9`E(-z4ngd9cN~obB^cUv;N*U'
            'J~7Yw*|+llEBgD)--@ezl;c92g+1rH=RV6gGtb}5!#m!|IkFb!8JVA+$XZNsP_OdXS-1A6-i<RnKi@TtPd%1B(EISNKcedr)|R;h'
            '&&@b1A43eqE$oCNuq-@tE%JR~`E<Wr>#8wvT#3)}#&zbJay{pWgN|O$?1>{r^#XN~ix%By&%A|SBxauY=xlvf4DVXCR<)0;nLHeg'
            'Vetz&EpkMCgO-G`2_I?;oYI-9S@oGCM&=|e6+@gL-~68(JbwEwUs#A;dKjIXVXrU~K08`(5zqqOi;w%_<;`=04kmC5>PX&&9N3pY'
            'O!3I&0ps_q@`$H(@95Qn-pWtCy(WN({K(M{kLIUzq}UU^3~FOQrw%<pV+KA-X9f<2cW=pe<>27XhA(W?DKCty)ydn@yb0*IVlg-H'
            'OT3nM*4&8Jq2_~pyL<sWmY!Dp>UUpWS24j2a+bMK(*|rec<+~HN=xX=`&@9=F*kXZw5I+QN1o;u=dk93G~&=X_2B5Syq9x%!UyE@'
            'oQsP(fBu>Ih-LmgH{`?R{g^F|`9=<@HiI7O-ZJ2w@!hutY`*4{yfk{21?tq?FzlI_E5beCEu07C=iZvT?^>Mi#rMloc#qk*&lL8U'
            '!!_T$=h{YncHLhBb!_%JdS3CK!`V=C6Zb04aN*&oW5Y8IcPR7k9_k*tFJ7*D|I@iUxUjINxNzZ0&c)>q5#M(d@oi$R)ZGpG;9YCR'
            'ACBJ9Mg'
        )
    ),
    np.float32,
).reshape((1, 2, 28, 13)).copy()
weight = np.array(
    [[[[-3, -7, 6], [-2, 7, 2], [4, 5, 7]]], [[[-3, -3, 3], [-1, 4, -4], [2, -1, 4]]],
     [[[1, 5, -2], [7, -7, -1], [3, -5, -1]]], [[[-2, 7, 4], [7, -3, -2], [-2, -3, 4]]]],
    np.float32,
)
bias = np.array([-6, -5, -7, -4], np.float32)
arrays = [input, weight, bias]
# of each array the first byte in the block, the strides, and whether it can be written to
places = [(4096, (2912, 1456, 52, 4), True), (11136, (36, 36, 12, 4), True), (15424, (4,), True)]
arguments = dict(stride=(11.0, 4), padding=(1, 1), dilation=(2, 2), groups=2)
try:
    ask(conv2d, arrays, places, arguments)
except Exception:
    pass

input = np.frombuffer(
    zlib.decompress(
        base64.b85decode(
            'c-n22(X|612t?^jO0yI@SxT{#7ZV0<%=_4r#5D-R%%E9>nY-DJ&of`oS(}g9dacj#`F_^VZ_j;p9`E(-z4ngd9cN~obB^cUv;N*U'
            'J~7Yw*|+llEBgD)--@ezl;c92g+1rH=RV6gGtb}5!#m!|IkFb!8JVA+$XZNsP_OdXS-1A6-i<RnKi@TtPd%1B(EISNKcedr)|R;h'
            '&&@b1A43eqE$oCNuq-@tE%JR~`E<Wr>#8wvT#3)}#&zbJay{pWgN|O$?1>{r^#XN~ix%By&%A|SBxauY=xlvf4DVXCR<)0;nLHeg'
            'Vetz&EpkMCgO-G`2_I?;oYI-9S@oGCM&=|e6+@gL-~68(JbwEwUs#A;dKjIXVXrU~K08`(5zqqOi;w%_<;`=04kmC5>PX&&9N3pY'
            'O!3I&0ps_q@`$H(@95Qn-pWtCy(WN({K(M{kLIUzq}UU^3~FOQrw%<pV+KA-X9f<2cW=pe<>27XhA(W?DKCty)ydn@yb0*IVlg-H'
            'OT3nM*4&8Jq2_~pyL<sWmY!Dp>UUpWS24j2a+bMK(*|rec<+~HN=xX=`&@9=F*kXZw5I+QN1o;u=dk93G~&=X_2B5Syq9x%!UyE@'
            'oQsP(fBu>Ih-LmgH{`?R{g^F|`9=<@HiI7O-ZJ2w@!hutY`*4{yfk{21?tq?FzlI_E5beCEu07C=iZvT?^>Mi#rMloc#qk*&lL8U'
            '!!_T$=h{YncHLhBb!_%JdS3CK!`V=C6Zb04aN*&oW5Y8IcPR7k9_k*tFJ7*D|I@iUxUjINxNzZ0&c)>q5#M(d@oi$R)ZGpG;9YCR'
            'ACBJ9Mg'
        )
    ),
    np.float32,
).reshape((1, 2, 28, 13)).copy()
weight = np.array(
    [[[[-3, -7, 6], [-2, 7, 2], [4, 5, 7]]], [[[-3, -3, 3], [-1, 4, -4], [2, -1, 4]]],
     [[[1, 5, -2], [7, -7, -1], [3, -5, -1]]], [[[-2, 7, 4], [7, -3, -2], [-2, -3, 4]]]],
    np.float32,
)
bias = np.array([-6, -5, -7, -4], np.float32)

arrays = [input, weight, bias]
# of each array the first byte in the block, the strides, and whether it can be written to
places = [(4096, (2912, 1456, 52, 4), True), (11136, (36, 36, 12, 4), True), (15424, (4,), True)]
arguments = dict(stride=(11, 4), padding=(1, 1), dilation=(2, 2), groups=2)

output = ask(conv2d, arrays, places, arguments)
if type(output) is not np.ndarray or output.dtype != np.float32 or output.shape != (1, 4, 3, 3):
    what = getattr(output, 'dtype', type(output).__name__), getattr(output, 'shape', '')
    sys.exit(f'wrong: got {what}, required float32 of shape (1, 4, 3, 3)')

# element: the lowest and the highest answer that is allowed, then others
allowed = {
    (0, 0, 0, 0): (-98.0, -98.0),
    (0, 0, 0, 1): (27.0, 27.0),
    (0, 0, 0, 2): (32.0, 32.0),
    (0, 0, 1, 0): (-14.0, -14.0),
    (0, 0, 1, 1): (2.0, 2.0),
    (0, 0, 1, 2): (-35.0, -35.0),
    (0, 0, 2, 0): (-99.0, -99.0),
    (0, 0, 2, 1): (38.0, 38.0),
    (0, 0, 2, 2): (-78.0, -78.0),
    (0, 1, 0, 0): (-10.0, -10.0),
    (0, 1, 0, 1): (-11.0, -11.0),
    (0, 1, 0, 2): (4.0, 4.0),
    (0, 1, 1, 0): (40.0, 40.0),
    (0, 1, 1, 1): (22.0, 22.0),
    (0, 1, 1, 2): (5.0, 5.0),
    (0, 1, 2, 0): (-34.0, -34.0),
    (0, 1, 2, 1): (-22.0, -22.0),
    (0, 1, 2, 2): (-76.0, -76.0),
    (0, 2, 0, 0): (-21.0, -21.0),
    (0, 2, 0, 1): (-49.0, -49.0),
    (0, 2, 0, 2): (-101.0, -101.0),
    (0, 2, 1, 0): (24.0, 24.0),
    (0, 2, 1, 1): (-27.0, -27.0),
    (0, 2, 1, 2): (-28.0, -28.0),
    (0, 2, 2, 0): (-22.0, -22.0),
    (0, 2, 2, 1): (-28.0, -28.0),
    (0, 2, 2, 2): (19.0, 19.0),
    (0, 3, 0, 0): (-36.0, -36.0),
    (0, 3, 0, 1): (23.0, 23.0),
    (0, 3, 0, 2): (-95.0, -95.0),
    (0, 3, 1, 0): (-3.0, -3.0),
    (0, 3, 1, 1): (17.0, 17.0),
    (0, 3, 1, 2): (-33.0, -33.0),
    (0, 3, 2, 0): (14.0, 14.0),
    (0, 3, 2, 1): (-64.0, -64.0),
    (0, 3, 2, 2): (31.0, 31.0),
}
wrong = 0
for element, (lowest, highest, *others) in allowed.items():
    got = float(output[element])
    if not (lowest <= got <= highest or str(got) in map(str, others)):
        wrong += 1
        required = [f'{lowest!r}' if lowest == highest else f'{lowest!r} to {highest!r}'] if lowest <= highest else []
        print(f'wrong: got {got!r} at {element}, required', ' or '.join(required + [str(other) for other in others]))
if wrong:
    sys.exit(f'{wrong} of {len(allowed)} elements that were compared are wrong')
print('right')
