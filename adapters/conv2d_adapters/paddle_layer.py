"""PaddlePaddle's `paddle.nn.Conv2D` on the CPU: the layer is constructed for every call, with the given parameters.

In a padding mode other than `zeros` the layer takes one integer as padding and refuses all else, so it gets the one of
a pair of equal numbers. What else holds of the adapter `paddle` holds of this one.
"""

from dataclasses import replace
from typing import Any

import paddle

from conv2d_adapters.paddle import CAPABILITIES, differentiate, hand, initialize
from conv2d_conformance import Adapter


def as_one(padding: Any) -> Any:
    """The number of a pair of equal integers; anything else as it is, so that the layer judges it."""
    is_one = (
        isinstance(padding, tuple) and len(padding) == 2 and {*map(type, padding)} == {int} and len({*padding}) == 1
    )
    return padding[0] if is_one else padding


def make_layer(input: Any, weight: Any, bias: Any, **attributes: Any) -> Any:
    if {"padding_mode", "padding"} <= attributes.keys():
        attributes["padding"] = as_one(attributes["padding"])
    layer = paddle.nn.Conv2D(
        in_channels=input.shape[-3:][0],
        out_channels=weight.shape[0],
        kernel_size=weight.shape[2:],
        bias=bias is not None,
        dtype=input.dtype,
        **attributes,
    )
    layer.weight = weight
    if bias is not None:
        layer.bias = bias
    return layer


def leaves(weight: Any, bias: Any) -> list[Any]:
    return [None if tensor is None else paddle.nn.Parameter(tensor) for tensor in hand(weight, bias)]


def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
    x, parameters = hand(input), leaves(weight, bias)
    return make_layer(*x, *parameters, **attributes)(*x).numpy()


def gradients(input: Any, weight: Any, bias: Any, grad_output: Any, **attributes: Any) -> Any:
    x, parameters = hand(input, differentiable=True), leaves(weight, bias)
    output = make_layer(*x, *parameters, **attributes)(*x)
    return differentiate(output, [*x, *parameters], grad_output)


adapter = Adapter(
    name="paddle-layer",
    version=paddle.__version__,
    description="paddle.nn.Conv2D on the CPU",
    conv2d=conv2d,
    initialize=initialize,
    gradients=gradients,
    capabilities=replace(
        CAPABILITIES,
        padding_modes={"zeros", "reflect", "replicate", "circular"},
        limits=("padding_mode == zeros or padding == explicit", "padding_mode == zeros or top == left"),
    ),
)
