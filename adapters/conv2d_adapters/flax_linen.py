"""Flax's `flax.linen.Conv`, applied to the weight and bias of the call.

Options are those of the adapter `jax`.
"""

from typing import Any

import jax
from flax import linen

from conv2d_adapters.on_jax.layers import adapter_of, arguments, channels_first, channels_last, kernel_of


def convolve(x: Any, w: Any, b: Any, **given: Any) -> Any:
    layer = linen.Conv(w.shape[0], **arguments(w, b, **given))
    parameters = {"kernel": kernel_of(w)} if b is None else {"kernel": kernel_of(w), "bias": b}
    return channels_first(layer.apply({"params": parameters}, channels_last(x)))


def draw(in_channels: int, out_channels: int, kernel_size: Any, seed: int, **given: Any) -> Any:
    layer = linen.Conv(out_channels, kernel_size, **given)
    some_input = jax.ShapeDtypeStruct((1, *layer.kernel_size, in_channels), given["param_dtype"])
    drawn = layer.lazy_init(jax.random.key(seed), some_input)["params"]
    return drawn["kernel"], drawn.get("bias")


adapter = adapter_of("flax-linen", "flax.linen.Conv", convolve, draw)
