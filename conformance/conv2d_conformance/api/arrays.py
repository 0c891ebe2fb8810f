"""Arrays as people have them: of NumPy, or of any library whose arrays lie in the memory of the processor."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array, dtype_of
from conv2d_conformance.contract.formats import DTYPES


def operand(name: str, value: Any) -> Array:
    """An array of a call, in the byte order of the machine. TypeError where it is no array of a format that is judged.

    Where the library shares its memory it is shared, and never written.
    """
    array = array_of(name, value)
    if array.dtype.name not in DTYPES:
        raise TypeError(f"{name} must have the dtype {', '.join(DTYPES[:-1])} or {DTYPES[-1]}, got {array.dtype.name}")
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def array_of(name: str, value: Any) -> Array:
    """The elements of an array as NumPy has them. TypeError where it is none, or lies elsewhere."""
    if isinstance(value, np.ndarray):
        return np.asarray(value)
    torch = sys.modules.get("torch")  # who hands over a tensor has imported it
    if torch is not None and isinstance(value, torch.Tensor):
        return _of_tensor(name, value, torch)
    if hasattr(value, "__array__") and not np.isscalar(value):
        return _converted(name, value, np.asarray)
    if hasattr(value, "__dlpack__"):
        return _converted(name, value, np.from_dlpack)
    raise TypeError(f"{name} must be an array, got {type(value).__name__}")


def _converted(name: str, value: Any, convert: Any) -> Array:
    try:
        array: Array = convert(value)
    except Exception as error:  # each library has its own for an array that lies elsewhere
        raise TypeError(f"{name}, a {type(value).__name__}, is not to be had as a NumPy array: {error}") from error
    return array


def _of_tensor(name: str, tensor: Any, torch: Any) -> Array:
    if tensor.device.type != "cpu":
        raise TypeError(f"{name} lies on the device {tensor.device}: copy it with .cpu()")
    if tensor.layout != torch.strided:
        raise TypeError(f"{name} has the layout {tensor.layout}: copy it with .to_dense()")
    plain = tensor.detach().resolve_conj().resolve_neg()
    if plain.dtype == torch.bfloat16:  # NumPy has the format by ml_dtypes alone
        bits: Array = plain.contiguous().view(torch.int16).numpy()
        return bits.view(dtype_of("bfloat16"))
    return _converted(name, plain, lambda value: value.numpy())
