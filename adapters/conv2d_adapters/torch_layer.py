"""PyTorch's `torch.nn.Conv2d`: the layer is constructed for every call, with the given weight and bias.

Options: `threads` and `onednn`, which are set for the whole process as by the adapter `torch`. What is known not to
hold is declared in `torch_layer.deviations.toml`.
"""

from dataclasses import replace
from typing import Any

import torch

from conv2d_adapters.arrays.torch import to_array, to_tensor
from conv2d_adapters.torch import CAPABILITIES, set_for_the_process
from conv2d_conformance import Adapter


def make_layer(input: Any, weight: Any, bias: Any, **attributes: Any) -> torch.nn.Conv2d:
    layer = torch.nn.Conv2d(
        in_channels=input.shape[-3:][0],
        out_channels=weight.shape[0],
        kernel_size=weight.shape[2:],
        bias=bias is not None,
        device="meta",  # this skips initial values, which the next lines replace
        **attributes,
    )
    layer.weight = torch.nn.Parameter(to_tensor(weight))
    if bias is not None:
        layer.bias = torch.nn.Parameter(to_tensor(bias))
    return layer


def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
    return to_array(make_layer(input, weight, bias, **attributes)(to_tensor(input)))


def gradients(input: Any, weight: Any, bias: Any, grad_output: Any, **attributes: Any) -> Any:
    layer, x = make_layer(input, weight, bias, **attributes), to_tensor(input).requires_grad_()
    leaves = [leaf for leaf in (x, layer.weight, layer.bias) if leaf is not None]
    found = [to_array(tensor) for tensor in torch.autograd.grad(layer(x), leaves, to_tensor(grad_output))]
    return found if bias is not None else [*found, None]


def initialize(
    in_channels: int, out_channels: int, kernel_size: Any, *, dtype: str = "float32", seed: int = 0, **attributes: Any
) -> Any:
    torch.manual_seed(seed)
    layer: Any = torch.nn.Conv2d(in_channels, out_channels, kernel_size, dtype=getattr(torch, dtype), **attributes)
    return to_array(layer.weight), None if layer.bias is None else to_array(layer.bias)


LAYER_CAPABILITIES = replace(
    CAPABILITIES, padding_modes={"zeros", "reflect", "replicate", "circular"}, torch_seed_stream=True
)


def configure(*, threads: str = "1", onednn: str = "on") -> Adapter:
    """The same adapter: the options are set for the whole process."""
    set_for_the_process(threads=threads, onednn=onednn)
    return adapter


adapter = Adapter(
    name="torch-layer",
    version=torch.__version__,
    description="torch.nn.Conv2d",
    conv2d=conv2d,
    initialize=initialize,
    gradients=gradients,
    configure=configure,
    capabilities=LAYER_CAPABILITIES,
)
