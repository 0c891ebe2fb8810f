"""What the layers of Flax have in common: channels come last, and one argument says how much to pad and with what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax.numpy as jnp

from conv2d_adapters.on_jax.calls import CAPABILITIES

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
