"""What the layers of Flax have in common: channels come last, and one argument says how much to pad and with what.

What other layers call the padding `same` in the modes circular and reflect, they call the padding `CIRCULAR` and
`REFLECT`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import flax
import jax
import jax.numpy as jnp

from conv2d_adapters.on_jax.calls import CAPABILITIES, Calls, configured_by
from conv2d_conformance import Adapter

FLAX_CAPABILITIES = replace(
    CAPABILITIES,
    padding_modes={"zeros", "circular", "reflect"},
    arguments={"pair", "scalar"},
    unbatched=True,
    limits=("padding_mode == zeros or padding == same", "kernel_size == pair"),
)
WORDS = {
    ("same", "zeros"): "SAME",
    ("valid", "zeros"): "VALID",
    ("same", "circular"): "CIRCULAR",
    ("same", "reflect"): "REFLECT",
}


DRAWN = {"groups": "feature_group_count", "bias": "use_bias"}


def adapter_of(name: str, description: str, convolve: Callable[..., Any], draw: Callable[..., Any]) -> Adapter:
    """The adapter of a layer.

    `convolve` loads the weight and the bias, if there is one, and applies the layer; what is given to it by name is for
    `arguments`. `draw` returns the fresh kernel and bias of a layer, by the numbers of channels, the size of the kernel
    and a seed.
    """

    def make(calls: Calls) -> Adapter:
        def initialize(
            in_channels: int,
            out_channels: int,
            kernel_size: Any,
            *,
            dtype: str = "float32",
            seed: int = 0,
            **given: Any,
        ) -> Any:
            named = {DRAWN[name]: value for name, value in given.items()}
            kernel, bias = draw(in_channels, out_channels, kernel_size, seed, param_dtype=dtype, **named)
            return jax.tree.map(calls.arrays.take, (weight_of(kernel), bias))

        return Adapter(
            name=name,
            version=flax.__version__,
            description=description,
            conv2d=calls.conv2d,
            initialize=initialize,
            gradients=calls.gradients,
            capabilities=calls.claimed(FLAX_CAPABILITIES),
            environment=calls.place,
        )

    return configured_by(make, convolve)()


def arguments(
    w: Any, b: Any, *, stride: Any, dilation: Any, groups: int, precision: str, **padding: Any
) -> dict[str, Any]:
    """What both layers are constructed with, besides the numbers of channels."""
    return {
        "kernel_size": w.shape[2:],
        "strides": stride,
        "padding": padding_of_flax(**padding),
        "kernel_dilation": dilation,
        "feature_group_count": groups,
        "use_bias": b is not None,
        "precision": precision,
    }


def padding_of_flax(padding: Any, padding_mode: str = "zeros") -> Any:
    """The argument `padding`: a word, or numbers as they are, which have no mode."""
    return WORDS[padding, padding_mode] if isinstance(padding, str) or padding_mode != "zeros" else padding


def channels_last(x: Any) -> Any:
    return jnp.moveaxis(x, -3, -1)


def channels_first(y: Any) -> Any:
    return jnp.moveaxis(y, -1, -3)


def kernel_of(weight: Any) -> Any:
    """From (M, C//groups, KH, KW) to (KH, KW, C//groups, M)."""
    return jnp.transpose(weight, (2, 3, 1, 0))


def weight_of(kernel: Any) -> Any:
    """The inverse of `kernel_of`."""
    return jnp.transpose(kernel, (3, 2, 0, 1))
