import torch

from conv2d_conformance import Adapter, Capabilities


def conv2d(input, weight, bias, *, stride, padding, dilation, groups):
    if weight.shape[2] != weight.shape[3] or input.shape[1] % 8:
        raise ValueError("square filters and channels in eights alone")
    x, w = torch.from_numpy(input), torch.from_numpy(weight)
    b = None if bias is None else torch.from_numpy(bias)
    return torch.nn.functional.conv2d(x, w, b, stride, padding, dilation, groups).numpy()


adapter = Adapter(
    name="square-filters", version="1", conv2d=conv2d, capabilities=Capabilities(limits=("KH == KW", "C % 8 == 0"))
)
