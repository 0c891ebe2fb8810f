"""Flax's `flax.linen.Conv`, applied to the weight and bias of the call.

What other layers call the padding `same` in the modes circular and reflect, it calls the padding `CIRCULAR` and
`REFLECT`. Options are those of the adapter `jax`.
"""

from typing import Any

import flax
import jax
from flax import linen

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
    layer = linen.Conv(
        w.shape[0],
        w.shape[2:],
        stride,
        padding=padding_of_flax(**padding),
        kernel_dilation=dilation,
        feature_group_count=groups,
        use_bias=b is not None,
        precision=precision,
    )
    parameters = {"kernel": kernel_of(w)} if b is None else {"kernel": kernel_of(w), "bias": b}
    return channels_first(layer.apply({"params": parameters}, channels_last(x)))


def make(calls: Calls) -> Adapter:
    def initialize(
        in_channels: int, out_channels: int, kernel_size: Any, *, dtype: str = "float32", seed: int = 0, **given: Any
    ) -> Any:
        words = {"groups": "feature_group_count", "bias": "use_bias"}
        named = {words[name]: value for name, value in given.items()}
        layer = linen.Conv(out_channels, kernel_size, param_dtype=dtype, **named)
        some_input = jax.ShapeDtypeStruct((1, *layer.kernel_size, in_channels), dtype)
        drawn = layer.lazy_init(jax.random.key(seed), some_input)["params"]
        return jax.tree.map(calls.arrays.take, (weight_of(drawn["kernel"]), drawn.get("bias")))

    return Adapter(
        name="flax-linen",
        version=flax.__version__,
        description="flax.linen.Conv",
        conv2d=calls.conv2d,
        initialize=initialize,
        gradients=calls.gradients,
        capabilities=calls.claimed(FLAX_CAPABILITIES),
        environment=calls.place,
    )


adapter = configured_by(make, convolve)()
