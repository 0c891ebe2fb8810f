"""The derivatives by the definition, index by index: every term adds to the gradients of the elements that it reads."""

from __future__ import annotations

import numpy as np

from conv2d_reference.arguments import Array
from conv2d_reference.direct import source
from conv2d_reference.gradients_arguments import resolve_gradients
from conv2d_reference.integers import IntOrPair


@np.errstate(over="ignore", invalid="ignore")  # infinities and NaN are answers, not accidents
def gradients(
    input: Array,
    weight: Array,
    bias: Array | None,
    grad_output: Array,
    *,
    stride: IntOrPair = 1,
    padding: IntOrPair | str = 0,
    dilation: IntOrPair = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
) -> tuple[Array, Array, Array | None]:
    """The gradients by input, weight and bias (None without a bias), each of its array's shape and dtype.

    They are the adjoints of `direct.conv2d`, which is linear in each of its arrays: <conv2d(x, w), gy> = <x, gx> =
    <w, gw>, the inner products conjugating their second factor where numbers are complex. An input element that is
    read through its copies in the padding gets the gradients of all of them; one that is in no window gets zero.

    Numbers are those of `direct.conv2d`: any kind, added up as Python's, rounded to the dtype at the end.

    grad_output has the shape and the dtype of the result. Raises ValueError or TypeError for a call that is not legal.
    """
    geometry = resolve_gradients(
        input,
        weight,
        bias,
        grad_output,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        padding_mode=padding_mode,
    )
    C, H, W = geometry.C, geometry.H, geometry.W
    M, KH, KW, groups = geometry.M, geometry.KH, geometry.KW, geometry.groups
    (sh, sw), (dh, dw), ((top, _), (left, _)) = geometry.stride, geometry.dilation, geometry.pads

    x = np.conjugate(input.astype(object)).reshape(-1, C, H, W)
    w = np.conjugate(weight.astype(object))
    gy = grad_output.astype(object).reshape(-1, M, geometry.OH, geometry.OW)
    gx, gw, gb = (np.full(shape, 0, dtype=object) for shape in (x.shape, w.shape, M))

    for n, m, oh, ow in np.ndindex(gy.shape):
        first = m // (M // groups) * (C // groups)  # the first input channel of the group that m belongs to
        gb[m] += gy[n, m, oh, ow]
        for c, kh, kw in np.ndindex(C // groups, KH, KW):
            row = source(oh * sh + kh * dh - top, H, padding_mode)
            col = source(ow * sw + kw * dw - left, W, padding_mode)
            if row is not None and col is not None:
                gx[n, first + c, row, col] += gy[n, m, oh, ow] * w[m, c, kh, kw]
                gw[m, c, kh, kw] += gy[n, m, oh, ow] * x[n, first + c, row, col]

    grad_bias = None if bias is None else gb.astype(input.dtype)
    return gx.astype(input.dtype).reshape(input.shape), gw.astype(input.dtype), grad_bias
