"""Flax's `flax.nnx.Conv`: the layer is constructed for every call, with initialisers that give the weight and bias.

What other layers call the padding `same` in the modes circular and reflect, it calls the padding `CIRCULAR` and
`REFLECT`. Options are those of the adapter `jax`.
"""

from typing import Any

import flax
import jax
from flax import nnx

from conv2d_adapters.on_jax.calls import Calls, configured_by
from conv2d_adapters.on_jax.layers import (
    FLAX_CAPABILITIES,
    channels_first,
    channels_last,
    kernel_of,
    padding_of_flax,
    weight_of,
)
from conv2d_conformance import Adapter


def convolve(x: Any, w: Any, b: Any, *, stride: Any, dilation: Any, groups: int, precision: str, **padding: Any) -> Any:
    layer = nnx.Conv(
        x.shape[-3:][0],
        w.shape[0],
        w.shape[2:],
        stride,
        padding=padding_of_flax(**padding),
        kernel_dilation=dilation,
        feature_group_count=groups,
        use_bias=b is not None,
        kernel_init=lambda *_: kernel_of(w),
        bias_init=lambda *_: b,
        precision=precision,
        rngs=nnx.Rngs(0),
    )
    return channels_first(layer(channels_last(x)))


def make(calls: Calls) -> Adapter:
    def initialize(
        in_channels: int, out_channels: int, kernel_size: Any, *, dtype: str = "float32", seed: int = 0, **given: Any
    ) -> Any:
        words = {"groups": "feature_group_count", "bias": "use_bias"}
        named = {words[name]: value for name, value in given.items()}
        layer = nnx.Conv(in_channels, out_channels, kernel_size, param_dtype=dtype, rngs=nnx.Rngs(seed), **named)
        drawn = weight_of(layer.kernel[...]), None if layer.bias is None else layer.bias[...]
        return jax.tree.map(calls.arrays.take, drawn)

    return Adapter(
        name="flax-nnx",
        version=flax.__version__,
        description="flax.nnx.Conv",
        conv2d=calls.conv2d,
        initialize=initialize,
        gradients=calls.gradients,
        capabilities=calls.claimed(FLAX_CAPABILITIES),
        environment=calls.place,
    )


adapter = configured_by(make, convolve)()
