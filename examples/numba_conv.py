"""A kernel of one's own, compiled by Numba: `conv2d-conformance run 'numba_conv.py:conv2d?dtypes=float32,float64'`."""

import numba
import numpy as np


@numba.njit
def add_products(x, w, y, stride, padding, dilation, groups):
    """Add to each element of y the products of its window. Windows end where the input does."""
    height, width = x.shape[2:]
    filters, per_group, taps_high, taps_wide = w.shape
    filters_per_group = filters // groups
    for n, m, oh, ow in np.ndindex(y.shape):
        first = m // filters_per_group * per_group
        for kh in range(taps_high):
            row = oh * stride[0] - padding[0] + kh * dilation[0]
            if 0 <= row < height:
                for kw in range(taps_wide):
                    column = ow * stride[1] - padding[1] + kw * dilation[1]
                    if 0 <= column < width:
                        for c in range(per_group):
                            y[n, m, oh, ow] += w[m, c, kh, kw] * x[n, first + c, row, column]


def conv2d(input, weight, bias=None, *, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1):
    sizes = [
        (input.shape[axis + 2] + 2 * padding[axis] - dilation[axis] * (weight.shape[axis + 2] - 1) - 1) // stride[axis]
        + 1
        for axis in (0, 1)
    ]
    y = np.zeros((input.shape[0], weight.shape[0], *sizes), input.dtype)
    if bias is not None:
        y += bias.reshape(-1, 1, 1)
    add_products(input, weight, y, stride, padding, dilation, groups)
    return y
