"""PaddlePaddle's `paddle.nn.functional.conv2d` on the CPU, with the initial values of `paddle.nn.Conv2D`.

Its documentation has float16, too, for which the CPU has no kernel; on other devices nothing was tried. The binding
takes every array, and copies it.
"""

from typing import Any

import paddle

from conv2d_conformance import Adapter, Capabilities
from conv2d_conformance.adapter import VIEWS

paddle.set_device("cpu")

CAPABILITIES = Capabilities(
    dtypes={"float32", "float64"},
    padding={"explicit", "valid", "same"},
    arguments={"pair", "scalar", "defaults"},
    views=frozenset(VIEWS),
    validation=True,
    non_finite=True,
    deterministic=True,
)


def hand(*arrays: Any, differentiable: bool = False) -> list[Any]:
    return [None if array is None else paddle.to_tensor(array, stop_gradient=not differentiable) for array in arrays]


def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
    return paddle.nn.functional.conv2d(*hand(input, weight, bias), **attributes).numpy()


def differentiate(output: Any, leaves: list[Any], grad_output: Any) -> list[Any]:
    present = [leaf for leaf in leaves if leaf is not None]
    found = [value.numpy() for value in paddle.grad(output, present, hand(grad_output))]
    return found if len(found) == len(leaves) else [*found, None]


def gradients(input: Any, weight: Any, bias: Any, grad_output: Any, **attributes: Any) -> Any:
    leaves = hand(input, weight, bias, differentiable=True)
    return differentiate(paddle.nn.functional.conv2d(*leaves, **attributes), leaves, grad_output)


def initialize(
    in_channels: int, out_channels: int, kernel_size: Any, *, dtype: str = "float32", seed: int = 0, **given: Any
) -> Any:
    paddle.seed(seed)
    layer = paddle.nn.Conv2D(in_channels, out_channels, kernel_size, dtype=dtype, **given)
    return layer.weight.numpy(), None if layer.bias is None else layer.bias.numpy()


adapter = Adapter(
    name="paddle",
    version=paddle.__version__,
    description="paddle.nn.functional.conv2d on the CPU",
    conv2d=conv2d,
    initialize=initialize,
    gradients=gradients,
    capabilities=CAPABILITIES,
)
