"""PyTorch's `torch.nn.Conv2d`: the layer is constructed for every call, with the given weight and bias."""

from dataclasses import replace
from typing import Any

import torch

from conv2d_adapters.torch import CAPABILITIES
from conv2d_conformance import Adapter


def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
    layer = torch.nn.Conv2d(
        in_channels=input.shape[-3:][0],
        out_channels=weight.shape[0],
        kernel_size=weight.shape[2:],
        bias=bias is not None,
        device="meta",  # no time is lost on initial values that the next lines replace
        **attributes,
    )
    layer.weight = torch.nn.Parameter(torch.from_numpy(weight))
    if bias is not None:
        layer.bias = torch.nn.Parameter(torch.from_numpy(bias))
    with torch.no_grad():
        return layer(torch.from_numpy(input)).numpy()


adapter = Adapter(
    name="torch-layer",
    version=torch.__version__,
    description="torch.nn.Conv2d",
    conv2d=conv2d,
    capabilities=replace(CAPABILITIES, padding_modes={"zeros", "reflect", "replicate", "circular"}),
)
