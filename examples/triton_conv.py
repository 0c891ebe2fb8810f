"""A kernel of one's own in Triton: `conv2d-conformance run 'triton_conv.py:conv2d?device=cuda&without=dtype.float64'`.

Without a GPU, Triton interprets it where the variable TRITON_INTERPRET is 1 and no device is named. That takes about
a second for a small call: enough for `conv2d-conformance smoke`.
"""

import torch
import triton
import triton.language as tl

BLOCK = 128


@triton.jit
def add_products(
    x, w, b, y, C, H, W, M, KH, KW, OH, OW, SH, SW, PH, PW, DH, DW, groups, has_bias: tl.constexpr, BLOCK: tl.constexpr
):
    """One output channel of one image, BLOCK elements at once."""
    n, m = tl.program_id(0) // M, tl.program_id(0) % M
    place = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    oh, ow = place // OW, place % OW
    taps = C // groups * KH * KW
    total = tl.zeros((BLOCK,), tl.float32)
    for tap in range(taps):
        channel = m // (M // groups) * (C // groups) + tap // (KH * KW)
        row = oh * SH - PH + tap // KW % KH * DH
        column = ow * SW - PW + tap % KW * DW
        inside = (row >= 0) & (row < H) & (column >= 0) & (column < W)
        seen = tl.load(x + ((n * C + channel) * H + row) * W + column, mask=inside, other=0)
        total += tl.load(w + m * taps + tap).to(tl.float32) * seen.to(tl.float32)
    if has_bias:
        total += tl.load(b + m).to(tl.float32)
    tl.store(y + tl.program_id(0) * OH * OW + place, total.to(y.dtype.element_ty), mask=place < OH * OW)


def conv2d(x: torch.Tensor, w: torch.Tensor, b: torch.Tensor | None = None, stride=1, padding=0, dilation=1, groups=1):
    (batch, channels, *size), (filters, _, *kernel) = x.shape, w.shape
    stride, padding, dilation = (
        (value, value) if isinstance(value, int) else value for value in (stride, padding, dilation)
    )
    out = [
        (size[axis] + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - 1) // stride[axis] + 1
        for axis in (0, 1)
    ]
    y = torch.empty(batch, filters, *out, dtype=x.dtype, device=x.device)
    sizes = channels, *size, filters, *kernel, *out, *stride, *padding, *dilation, groups
    grid = batch * filters, triton.cdiv(out[0] * out[1], BLOCK)
    add_products[grid](x, w, b if b is not None else w, y, *sizes, has_bias=b is not None, BLOCK=BLOCK)
    return y
