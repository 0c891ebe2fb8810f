"""A fault to look at: `my_conv.py`, passing on a pair of paddings as (width, height)."""

import torch


def conv2d(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    x, w = torch.from_numpy(input), torch.from_numpy(weight)
    b = None if bias is None else torch.from_numpy(bias)
    if isinstance(padding, tuple):
        padding = padding[::-1]
    return torch.nn.functional.conv2d(x, w, b, stride, padding, dilation, groups).numpy()
