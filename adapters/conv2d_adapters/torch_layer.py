"""PyTorch's `torch.nn.Conv2d`: the layer is constructed for every call, with the given weight and bias.

Options are those of the adapter `torch`. What is known not to hold is declared in `torch_layer.deviations.toml`.
"""

from dataclasses import replace
from typing import Any

import torch

from conv2d_adapters.pytorch.calls import Calls, claimed, surroundings, words
from conv2d_adapters.pytorch.options import Settings, configured_by, read
from conv2d_adapters.torch import CAPABILITIES
from conv2d_conformance import Adapter

LAYER_CAPABILITIES = replace(
    CAPABILITIES, padding_modes={"zeros", "reflect", "replicate", "circular"}, torch_seed_stream=True
)


def make_layer(input: Any, weight: Any, bias: Any, **attributes: Any) -> torch.nn.Conv2d:
    layer = torch.nn.Conv2d(
        in_channels=input.shape[-3:][0],
        out_channels=weight.shape[0],
        kernel_size=weight.shape[2:],
        bias=bias is not None,
        device="meta",  # this skips initial values, which the next lines replace
        **attributes,
    )
    layer.weight = weight
    if bias is not None:
        layer.bias = bias
    return layer


def forward(layer: Any, input: Any) -> Any:
    return layer(input)


def make(settings: Settings) -> Adapter:
    apply, arrays = settings.compiled(forward), settings.arrays

    def convolve(input: Any, weight: Any, bias: Any, **attributes: Any) -> Any:
        return apply(make_layer(input, weight, bias, **attributes), input)

    def initialize(
        in_channels: int, out_channels: int, kernel_size: Any, *, dtype: str = "float32", seed: int = 0, **given: Any
    ) -> Any:
        torch.manual_seed(seed)
        placed = {"dtype": getattr(torch, dtype), "device": arrays.device}
        layer: Any = torch.nn.Conv2d(in_channels, out_channels, kernel_size, **placed, **given)
        return arrays.take(layer.weight), None if layer.bias is None else arrays.take(layer.bias)

    calls = Calls(convolve, settings, torch.nn.Parameter)
    return Adapter(
        name="torch-layer",
        version=torch.__version__,
        description=words("torch.nn.Conv2d", settings),
        conv2d=calls.conv2d,
        initialize=initialize,
        gradients=calls.gradients,
        configure=configured_by(make),
        capabilities=claimed(LAYER_CAPABILITIES, settings),
        environment=surroundings(settings),
    )


adapter = make(read())
