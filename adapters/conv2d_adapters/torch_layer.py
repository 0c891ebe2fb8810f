"""PyTorch's `torch.nn.Conv2d`: the layer is constructed for every call, with the given weight and bias."""

from dataclasses import replace
from typing import Any

import torch

from conv2d_adapters.torch import CAPABILITIES, to_array, to_tensor
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
    layer.weight = torch.nn.Parameter(to_tensor(weight))
    if bias is not None:
        layer.bias = torch.nn.Parameter(to_tensor(bias))
    return to_array(layer(to_tensor(input)))


def initialize(
    in_channels: int, out_channels: int, kernel_size: Any, *, dtype: str = "float32", seed: int = 0, **attributes: Any
) -> Any:
    torch.manual_seed(seed)
    layer = torch.nn.Conv2d(in_channels, out_channels, kernel_size, dtype=getattr(torch, dtype), **attributes)
    return to_array(layer.weight), None if layer.bias is None else to_array(layer.bias)


adapter = Adapter(
    name="torch-layer",
    version=torch.__version__,
    description="torch.nn.Conv2d",
    conv2d=conv2d,
    initialize=initialize,
    capabilities=replace(
        CAPABILITIES, padding_modes={"zeros", "reflect", "replicate", "circular"}, torch_seed_stream=True
    ),
)
