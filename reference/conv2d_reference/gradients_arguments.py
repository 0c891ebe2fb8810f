"""A legal call of `gradients`: a legal call of `conv2d`, and a gradient of the shape and the dtype of its result."""

from __future__ import annotations

import numpy as np

from conv2d_reference.arguments import Array, Geometry, resolve_arrays
from conv2d_reference.integers import IntOrPair


def resolve_gradients(
    input: Array,
    weight: Array,
    bias: Array | None,
    grad_output: Array,
    *,
    stride: IntOrPair,
    padding: IntOrPair | str,
    dilation: IntOrPair,
    groups: int,
    padding_mode: str,
) -> Geometry:
    """The geometry of the call. TypeError for a wrong kind of value, else ValueError."""
    geometry = resolve_arrays(
        input,
        weight,
        bias,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        padding_mode=padding_mode,
    )
    if not isinstance(grad_output, np.ndarray):
        raise TypeError(f"grad_output must be a NumPy array, got {type(grad_output).__name__}")
    if grad_output.dtype != input.dtype:
        raise TypeError(f"grad_output must have the dtype of the input, {input.dtype}, got {grad_output.dtype}")
    if grad_output.shape != geometry.output_shape:
        raise ValueError(f"grad_output must have shape {geometry.output_shape}, got {grad_output.shape}")
    return geometry
