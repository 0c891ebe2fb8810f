"""The layer that the document describes: attributes, parameters, and a call."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from conv2d_reference import correlate
from conv2d_reference.arguments import Array, resolve_attributes
from conv2d_reference.integers import IntOrPair, integer
from conv2d_reference.sizes import parameter_shapes


class Conv2d:
    """A 2D convolution with its own parameters, "over an input signal composed of several input planes".

    `weight` has shape (M, C//groups, KH, KW) and `bias` (M,), or is None for `bias=False`. Their values are drawn from
    U(-sqrt(k), sqrt(k)) with k = groups / (C * KH * KW), as a function of `seed` alone. Pairs are (height, width), and
    are pairs in the attributes.

    Everything that does not depend on the input is checked here: TypeError for a wrong kind of value, else ValueError.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: IntOrPair,
        stride: IntOrPair = 1,
        padding: IntOrPair | str = 0,
        dilation: IntOrPair = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        *,
        dtype: npt.DTypeLike = "float32",
        seed: int = 0,
    ) -> None:
        weight_shape, bias_shape = parameter_shapes(in_channels, out_channels, kernel_size, groups=groups, bias=bias)
        attributes = resolve_attributes(
            stride=stride, padding=padding, dilation=dilation, groups=groups, padding_mode=padding_mode
        )
        kind = _floating(dtype)
        stream = np.random.Philox(key=integer("seed", seed, least=0))

        self.in_channels = int(in_channels)
        self.out_channels = int(out_channels)
        self.kernel_size = weight_shape[2:]
        self.stride = attributes.stride
        self.padding = attributes.padding
        self.dilation = attributes.dilation
        self.groups = attributes.groups
        self.padding_mode = attributes.padding_mode

        bound = math.sqrt(self.groups / (self.in_channels * math.prod(self.kernel_size)))
        self.weight = _uniform(stream, weight_shape, bound, kind)
        self.bias = None if bias_shape is None else _uniform(stream, bias_shape, bound, kind)

    def __call__(self, input: Array) -> Array:
        """The output (N, M, OH, OW) for input (N, C, H, W), or (M, OH, OW) for (C, H, W), in the parameters' dtype.

        Raises ValueError or TypeError for an input that does not fit; `conv2d_reference.resolve` has the rules.
        """
        return correlate.conv2d(
            input,
            self.weight,
            self.bias,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=self.groups,
            padding_mode=self.padding_mode,
        )

    def __repr__(self) -> str:
        """The call that makes such a layer, without arguments that have their defaults."""
        options = {
            "stride": (self.stride, (1, 1)),
            "padding": (self.padding, (0, 0)),
            "dilation": (self.dilation, (1, 1)),
            "groups": (self.groups, 1),
            "bias": (self.bias is not None, True),
            "padding_mode": (self.padding_mode, "zeros"),
            "dtype": (str(self.weight.dtype), "float32"),
        }
        changed = "".join(f", {name}={value!r}" for name, (value, default) in options.items() if value != default)
        return f"Conv2d({self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}{changed})"


def _floating(dtype: npt.DTypeLike) -> np.dtype[np.generic]:
    kind: np.dtype[np.generic] = np.dtype(dtype)
    if not (np.issubdtype(kind, np.floating) or kind.name == "bfloat16"):
        raise TypeError(f"dtype must be a floating type, got {kind.name}")
    return kind


def _uniform(
    stream: np.random.Philox, shape: tuple[int, ...], bound: float, dtype: np.dtype[np.generic]
) -> npt.NDArray[np.generic]:
    """Values from U(-bound, bound), in row-major order, each from one word of the stream.

    NumPy promises the raw words of Philox to be the same for ever; the distributions of its `Generator` may change.
    """
    words = stream.random_raw(math.prod(shape)).reshape(shape)
    unit = ((words >> np.uint64(12)) + 0.5) * 2.0**-52  # exact, inside (0, 1), and symmetric about 1/2
    values = (bound * (2 * unit - 1)).astype(dtype)
    beyond = np.abs(values.astype(np.float64)) > bound  # rounding to the dtype may step over the bound
    inside: npt.NDArray[np.generic] = np.where(beyond, np.nextafter(values, np.zeros_like(values)), values)
    return inside
