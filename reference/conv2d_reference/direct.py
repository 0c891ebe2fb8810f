"""The definition, index by index: seven plain loops, for any kind of number."""

from __future__ import annotations

import numpy as np

from conv2d_reference.arguments import Array, resolve_arrays
from conv2d_reference.integers import IntOrPair


@np.errstate(over="ignore", invalid="ignore")  # infinities and NaN are answers, not accidents
def conv2d(
    input: Array,
    weight: Array,
    bias: Array | None = None,
    *,
    stride: IntOrPair = 1,
    padding: IntOrPair | str = 0,
    dilation: IntOrPair = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
) -> Array:
    """The output (N, M, OH, OW) for input (N, C, H, W), weight (M, C//groups, KH, KW) and bias (M,) or None.

    An unbatched input (C, H, W) gives (M, OH, OW).

    From the document: "out(N_i, C_out_j) = bias(C_out_j) + sum over k of weight(C_out_j, k) * input(N_i, k), where * is
    the valid 2D cross-correlation operator". The kernel is not flipped, and complex weights are not conjugated.

    The result has the dtype of the input. Sums are those of Python's numbers, rounded to the dtype once, at the end:
    floats add up in float64, complex numbers in complex128, integers exactly (OverflowError if a result does not fit).
    Arrays of objects hold whatever numbers the caller likes, and `fractions.Fraction` makes the result exact.

    Raises ValueError or TypeError for a call that is not legal; `conv2d_reference.resolve` has the rules.
    """
    geometry = resolve_arrays(
        input,
        weight,
        bias,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        padding_mode=padding_mode,
    )
    C, H, W = geometry.C, geometry.H, geometry.W
    M, KH, KW, groups = geometry.M, geometry.KH, geometry.KW, geometry.groups
    (sh, sw), (dh, dw), ((top, _), (left, _)) = geometry.stride, geometry.dilation, geometry.pads

    x = input.astype(object).reshape(-1, C, H, W)
    w = weight.astype(object)
    b = [0] * M if bias is None else bias.astype(object)
    y = np.empty((len(x), M, geometry.OH, geometry.OW), dtype=object)

    for n, m, oh, ow in np.ndindex(y.shape):
        first = m // (M // groups) * (C // groups)  # the first input channel of the group that m belongs to
        total = b[m]
        for c, kh, kw in np.ndindex(C // groups, KH, KW):
            row = source(oh * sh + kh * dh - top, H, padding_mode)
            col = source(ow * sw + kw * dw - left, W, padding_mode)
            if row is not None and col is not None:
                total = total + w[m, c, kh, kw] * x[n, first + c, row, col]
        y[n, m, oh, ow] = total

    return y.astype(input.dtype).reshape(geometry.output_shape)


def source(j: int, size: int, padding_mode: str) -> int | None:
    """The element of an axis at coordinate `j`, counted from its first element; None for an implicit zero.

    Implicit zeros are left out of the sum, so an infinite weight over them does not make it NaN.
    """
    if 0 <= j < size:
        return j
    if padding_mode == "reflect":  # the element at the edge is not repeated
        return -j if j < 0 else 2 * (size - 1) - j
    if padding_mode == "replicate":
        return 0 if j < 0 else size - 1
    if padding_mode == "circular":
        return j % size
    return None
