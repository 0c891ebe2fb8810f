"""Flax's `flax.nnx.Conv`: the layer is constructed for every call, with initialisers that give the weight and bias.

Options are those of the adapter `jax`.
"""

from typing import Any

from flax import nnx

from conv2d_adapters.on_jax.layers import adapter_of, arguments, channels_first, channels_last, kernel_of


def convolve(x: Any, w: Any, b: Any, **given: Any) -> Any:
    layer = nnx.Conv(
        x.shape[-3:][0],
        w.shape[0],
        kernel_init=lambda *_: kernel_of(w),
        bias_init=lambda *_: b,
        rngs=nnx.Rngs(0),
        **arguments(w, b, **given),
    )
    return channels_first(layer(channels_last(x)))


def draw(in_channels: int, out_channels: int, kernel_size: Any, seed: int, **given: Any) -> Any:
    layer = nnx.Conv(in_channels, out_channels, kernel_size, rngs=nnx.Rngs(seed), **given)
    return layer.kernel[...], None if layer.bias is None else layer.bias[...]


adapter = adapter_of("flax-nnx", "flax.nnx.Conv", convolve, draw)
