"""Tensors of PyTorch, on any device that it knows."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import torch

from conv2d_conformance.forms.frameworks import kind_of

UNFIT = {"meta": "a tensor there has a shape and no numbers, and so there is nothing to judge"}


def to_tensor(array: np.ndarray[Any, Any], device: str = "cpu") -> torch.Tensor:
    """The array as a tensor; the two libraries exchange bfloat16 by its bits alone."""
    if array.dtype == ml_dtypes.bfloat16:
        return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16).to(device)
    return torch.from_numpy(array).to(device)


def to_array(tensor: torch.Tensor) -> np.ndarray[Any, Any]:
    tensor = tensor.detach().cpu()
    if tensor.dtype == torch.bfloat16:
        bits: np.ndarray[Any, Any] = tensor.view(torch.int16).numpy()
        return bits.view(ml_dtypes.bfloat16)
    array: np.ndarray[Any, Any] = tensor.numpy()
    return array


class Arrays:
    """On the CPU a tensor is the memory of the array; on another device it is a copy."""

    framework, array_type = "torch", "torch.Tensor"
    version: str = torch.__version__
    writable = True

    def __init__(self, device: torch.device) -> None:
        self.device = str(device)
        self.copies = device.type != "cpu"
        self._module: Any = getattr(torch, device.type, None)
        if device.index is not None and (set_device := getattr(self._module, "set_device", None)):
            set_device(device)  # where a kernel is started that names no device
        self.dtypes = frozenset(filter(self._has, ("float32", "float64", "float16", "bfloat16")))

    def _has(self, dtype: str) -> bool:
        try:
            torch.ones(1, dtype=getattr(torch, dtype), device=self.device)
        except (RuntimeError, TypeError):
            return False
        return True

    def hand(self, array: Any) -> Any:
        return to_tensor(array, self.device)

    def fault(self, value: Any) -> str:
        if type(value) not in (torch.Tensor, torch.nn.Parameter):
            return f"{kind_of(value)}, not a torch.Tensor"
        there = value.device.type == torch.device(self.device).type
        return "" if there else f"a tensor on {value.device}, not on {self.device}"

    def wait(self, value: Any = None) -> None:  # noqa: ARG002  # all that was begun on the device, not this alone
        if self.copies and (synchronize := getattr(self._module, "synchronize", None)):
            synchronize()

    def take(self, value: Any) -> Any:
        return to_array(value)


def open_on(device: str | None = None) -> Arrays:
    """The tensors of a device, by default the CPU. Raises where there is no such device."""
    found = torch.device(device or "cpu")
    torch.ones(1, device=found)
    return Arrays(found)
