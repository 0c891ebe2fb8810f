"""The source of a right conv2d on NumPy arrays, which tests write into files, whole, in part, or changed."""

BODY = """
    (sh, sw), (ph, pw), (dh, dw) = (np.broadcast_to(value, 2) for value in (stride, padding, dilation))
    x = np.pad(input.astype(float), [(0, 0), (0, 0), (ph, ph), (pw, pw)])
    (N, C, H, W), (M, channels, KH, KW) = x.shape, weight.shape
    OH, OW = (H - dh * (KH - 1) - 1) // sh + 1, (W - dw * (KW - 1) - 1) // sw + 1
    x, w = x.reshape(N, groups, channels, H, W), weight.astype(float).reshape(groups, -1, channels, KH, KW)
    y = np.zeros((N, groups, M // groups, OH, OW))
    for kh, kw in np.ndindex(KH, KW):
        seen = x[..., kh * dh :: sh, kw * dw :: sw][..., :OH, :OW]
        y += np.einsum("ngchw,gmc->ngmhw", seen, w[..., kh, kw])
    y = y.reshape(N, M, OH, OW)
    if bias is not None:
        y += bias.astype(float)[:, None, None]
"""
"""The lines that make `y`, in float64, of the parameters of the document."""

SOURCE = f"""
import numpy as np


def conv2d(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):{BODY}\
    return y.astype(input.dtype)
"""
