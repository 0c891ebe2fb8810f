"""JAX's `jax.lax.conv_general_dilated`, with the gradients of `jax.vjp`.

Options: `device` (cpu; gpu:0, tpu: whatever JAX has here);
`jit` (off: each operation is compiled by itself; on: the call as a whole);
`precision` (default, high or highest, of float32 on a device other than the CPU).
What is compiled is kept by configuration: see `on_jax/calls.py`.
"""

from typing import Any

import jax
from jax import lax

from conv2d_adapters.on_jax.calls import CAPABILITIES, Calls, configured_by
from conv2d_conformance import Adapter

PADDINGS = {"same": "SAME", "valid": "VALID"}


def convolve(x: Any, w: Any, b: Any, *, stride: Any, padding: Any, dilation: Any, groups: int, precision: str) -> Any:
    pads = PADDINGS[padding] if isinstance(padding, str) else [(pad, pad) for pad in padding]
    y = lax.conv_general_dilated(
        x, w, stride, pads, rhs_dilation=dilation, feature_group_count=groups, precision=precision
    )
    return y if b is None else lax.add(y, lax.broadcast_in_dim(b, y.shape, (1,)))


def make(calls: Calls) -> Adapter:
    return Adapter(
        name="jax",
        version=jax.__version__,
        description="jax.lax.conv_general_dilated",
        conv2d=calls.conv2d,
        gradients=calls.gradients,
        capabilities=calls.claimed(CAPABILITIES),
        environment=calls.place,
        composed={"bias": "jax.lax.add, after jax.lax.broadcast_in_dim"},
    )


configure = configured_by(make, convolve)
adapter = configure()
