"""mlx's `mlx.core.conv2d` on the CPU, its `mlx.core.vjp`, and the initial values of `mlx.nn.Conv2d`.

The convolution has no bias, which is added as `mlx.nn.Conv2d` adds it: by `mlx.core.add`. Arrays are laid out as mlx
documents them, NHWC and OHWI. The binding takes every array but those with negative steps.
"""

from typing import Any

import ml_dtypes
import mlx.core as mx
import mlx.nn as nn
import numpy as np

from conv2d_conformance import Adapter, Capabilities
from conv2d_conformance.adapter import VIEWS

mx.set_default_device(mx.cpu)


def hand(array: Any) -> Any:
    """The array in mlx; the dtype is named since float64 becomes float32 otherwise."""
    return mx.array(array, dtype=getattr(mx, array.dtype.name))


def channels_last(array: Any) -> Any:
    return mx.moveaxis(hand(array), -3, -1)


def take(array: Any) -> Any:
    """The array in NumPy; bfloat16 is exchanged by its bits alone."""
    mx.eval(array)
    bits = mx.bfloat16 == array.dtype
    return np.asarray(array.view(mx.uint16)).view(ml_dtypes.bfloat16) if bits else np.asarray(array)


def channels_first(array: Any) -> Any:
    return take(mx.moveaxis(array, -1, -3))


def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
    output = mx.conv2d(channels_last(input), channels_last(weight), **attributes)
    return channels_first(output if bias is None else mx.add(output, hand(bias)))


def gradients(input: Any, weight: Any, bias: Any, grad_output: Any, **attributes: Any) -> Any:
    def convolve(x: Any, w: Any, *b: Any) -> Any:
        output = mx.conv2d(x, w, **attributes)
        return mx.add(output, *b) if b else output

    leaves = [channels_last(input), channels_last(weight), *([] if bias is None else [hand(bias)])]
    _, (by_input, by_weight, *by_bias) = mx.vjp(convolve, leaves, [channels_last(grad_output)])
    return channels_first(by_input), channels_first(by_weight), take(by_bias[0]) if by_bias else None


def initialize(
    in_channels: int, out_channels: int, kernel_size: Any, *, dtype: str = "float32", seed: int = 0, **given: Any
) -> Any:
    mx.random.seed(seed)
    layer = nn.Conv2d(in_channels, out_channels, kernel_size, **given)
    layer.set_dtype(getattr(mx, dtype))
    return channels_first(layer.weight), take(layer.bias) if "bias" in layer else None


adapter = Adapter(
    name="mlx",
    version=mx.__version__,
    description="mlx.core.conv2d on the CPU",
    conv2d=conv2d,
    initialize=initialize,
    gradients=gradients,
    composed={"bias": "mlx.core.add"},
    capabilities=Capabilities(
        dtypes={"float32", "float64", "float16", "bfloat16"},
        arguments={"pair", "scalar", "defaults"},
        views=frozenset(VIEWS) - {"negative"},
        validation=True,  # its operations raise ValueError; a missing check is reported to mlx as a bug, and mended
        non_finite=True,  # its operations speak of infinities and NaN as IEEE 754 does
        deterministic=True,
    ),
)
