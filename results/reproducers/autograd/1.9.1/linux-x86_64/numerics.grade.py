"""One case of conv2d-conformance as a script of its own: exit status 0 where the answer is right, else 1.

case    n2c3h9w8 m5k3x3 s1x1 p0x0 d1x1 g1 bias float16 sparse:3758157754
target  autograd
"""

import base64
import os
import sys
import zlib
from collections import deque

os.environ.update({**{'OMP_NUM_THREADS': '1', 'OPENBLAS_NUM_THREADS': '1', 'MKL_NUM_THREADS': '1'}, **os.environ})

import numpy as np

from conv2d_adapters.autograd import adapter as found
conv2d = found.conv2d

# All arrays of a call lie in one block of NaN, as in the suite: a read beside them shows. There are two, by turns.
blocks = [np.empty(17674, np.uint8) for _ in range(2)]
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
            'c-muNh_z=R65O?AV0f{QfkAd31Ib_|lAg_bVXVV;2vKREib5M~dQ-uA6@j{>?c#xMXxa}o6HM3Gp{f?%10s2Cx7uES+Vc}?YNH)~'
            'H|{|TiAQ@8?7aO5b{ANkr7boy)_~<+?L`)2+mFmU19!z#v~Vl}yR*rb0jU1^e$v8s4%l8LR1={t?AyO=e=`BUzW~a+<52Tz&kV3@'
            'e(q=4L%fST_Y$vG6sOwnKtHr#$X>wV(m7CZQ>3_Ajw5}ufc><^Mi@&-vto@~W+c%tj69Hn)eit22R%y'
        )
    ),
    np.float16,
).reshape((2, 3, 9, 8)).copy()
weight = np.array(
    [[[[0.0, 0.0, 0.0], [0.0, 1.6298828125, 0.0], [-1.119140625, 0.0, 0.0]],
      [[1.0625, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
      [[0.0, 0.0, 0.0], [-1.9775390625, 0.0, 1.9755859375], [0.0, 0.0, 0.0]]],
     [[[0.0, 0.0, 0.0], [0.0, -1.7158203125, 0.0], [0.0, 0.0, 0.0]],
      [[0.0, 0.0, 0.0], [0.0, 0.0, -1.830078125], [0.0, 0.0, 0.0]],
      [[-1.1103515625, 0.0, 0.0], [0.0, 1.9033203125, 0.0], [0.0, 0.0, 0.0]]],
     [[[1.7578125, -1.93359375, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
      [[0.0, 0.0, -1.1337890625], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
      [[0.0, -1.470703125, 0.0], [0.0, 0.0, 0.0], [-1.94140625, 0.0, 0.0]]],
     [[[0.0, -1.8017578125, 0.0], [0.0, 0.0, 0.0], [0.0, 1.19140625, 0.0]],
      [[0.0, 0.0, 0.0], [0.0, -1.4814453125, 0.0], [0.0, 0.0, 0.0]],
      [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]],
     [[[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 1.25390625, 0.0]],
      [[1.072265625, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
      [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, -1.828125]]]],
    np.float16,
)
bias = np.array([0.0, 0.0, -1.69921875, 0.0, 0.0], np.float16)

arrays = [input, weight, bias]
# of each array the first byte in the block, the strides, and whether it can be written to
places = [(4096, (432, 144, 16, 2), True), (9088, (54, 18, 6, 2), True), (13504, (2,), True)]
arguments = dict(stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1)

output = ask(conv2d, arrays, places, arguments)
if type(output) is not np.ndarray or output.dtype != np.float16 or output.shape != (2, 5, 7, 6):
    what = getattr(output, 'dtype', type(output).__name__), getattr(output, 'shape', '')
    sys.exit(f'wrong: got {what}, required float16 of shape (2, 5, 7, 6)')

# element: the lowest and the highest answer that is allowed, then others
allowed = {
    (0, 0, 1, 2): (0.01184594000303275, 0.011870032897357875),
    (1, 0, 6, 5): (-0.5841516393163821, -0.5830103022119382),
    (1, 1, 4, 5): (-0.30827337368222013, -0.3076705350091861),
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
