import torch


def conv2d(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    x, w = torch.from_numpy(input), torch.from_numpy(weight)
    b = None if bias is None else torch.from_numpy(bias)
    return torch.nn.functional.conv2d(x, w, b, stride, padding, dilation, groups).numpy()
