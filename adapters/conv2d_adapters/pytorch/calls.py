"""Calls of PyTorch with NumPy's arrays, as the settings of an adapter say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import torch

from conv2d_adapters.pytorch.compiled import UNCOMPILED
from conv2d_adapters.pytorch.options import Settings
from conv2d_conformance import Capabilities
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.delivered import Delivered
from conv2d_conformance.forms.device_arrays import DeviceArrays, called
from conv2d_conformance.forms.recent_results import Kept

TF32 = {"float32": "R-tf32", "float32/gradients": "R-tf32"}


class Calls:
    """Calls of a function of input, weight and bias, tensors, and of other arguments, which are passed on as they are.

    `parameter` makes of a tensor what the function takes as weight and as bias.
    """

    def __init__(
        self, function: Callable[..., Any], settings: Settings, parameter: Callable[[Any], Any] | None = None
    ) -> None:
        self._function, self._settings, self._parameter = function, settings, parameter
        self._arrays, self._kept = settings.arrays, Kept(settings.arrays)

    def conv2d(self, input: Array, weight: Array, bias: Array | None = None, **attributes: Any) -> Any:
        handed, (x, *others) = self._handed({"input": input, "weight": weight, "bias": bias})
        value = called(self._arrays, self._function, x, *_each(self._parameter, others), **attributes)
        if value is UNCOMPILED:
            return UNCOMPILED
        taken = self._arrays.take(value)
        observed = (*handed.changes(), *self._kept.observe(value, taken))
        return Delivered(taken, observed) if self._arrays.copies else taken

    def gradients(self, input: Array, weight: Array, bias: Array | None, grad_output: Array, **attributes: Any) -> Any:
        given: dict[str, Array | None] = {"input": input, "weight": weight, "bias": bias, "grad_output": grad_output}
        handed, (x, *others, by_output) = self._handed(given)
        leaves = [_leaf(x), *_each(self._parameter or _leaf, others)]

        def differentiate() -> Any:
            value = self._function(*leaves, **attributes)
            present = [leaf for leaf in leaves if leaf is not None]
            return value if value is UNCOMPILED else torch.autograd.grad(value, present, by_output)

        found = called(self._arrays, differentiate)
        if found is UNCOMPILED:
            return UNCOMPILED
        taken: list[Any] = [self._arrays.take(value) for value in found]
        taken = taken if bias is not None else [*taken, None]
        return Delivered(taken, (*handed.changes(),)) if self._arrays.copies else taken

    def _handed(self, given: Mapping[str, Array | None]) -> tuple[DeviceArrays, list[Any]]:
        """The arrays on the device, and the tensors in the memory layout of the settings."""
        handed = DeviceArrays(self._arrays, given)
        return handed, _each(_channels_last if self._settings.channels_last else None, handed.values.values())


def _each(change: Callable[[Any], Any] | None, tensors: Iterable[Any]) -> list[Any]:
    """What becomes of each tensor that is there."""
    return [tensor if change is None or tensor is None else change(tensor) for tensor in tensors]


def _channels_last(tensor: torch.Tensor) -> torch.Tensor:
    """The same in channels-last memory, which tensors with four axes alone can have."""
    return tensor.contiguous(memory_format=torch.channels_last) if tensor.dim() == 4 else tensor


def _leaf(tensor: torch.Tensor) -> torch.Tensor:
    """The same memory, as what a gradient is taken with respect to."""
    return tensor.detach().requires_grad_()


def claimed(capabilities: Capabilities, settings: Settings) -> Capabilities:
    """What PyTorch documents of these settings, where `capabilities` are those on the CPU."""
    device = torch.device(settings.arrays.device)
    is_on_cpu = device.type == "cpu"
    is_dense = settings.arrays.copies or settings.channels_last  # what arrives has one memory layout
    return replace(
        capabilities,
        dtypes=capabilities.dtypes & settings.arrays.dtypes,
        views=frozenset() if is_dense else capabilities.views,
        deterministic=is_on_cpu or settings.cudnn_deterministic,
        torch_seed_stream=capabilities.torch_seed_stream and is_on_cpu,
        grades=TF32 if settings.tf32 else {},
    )


def surroundings(settings: Settings) -> dict[str, str]:
    """What a report says of where the calls were made, besides its target; nothing of the CPU."""
    device = torch.device(settings.arrays.device)
    if device.type == "cpu":
        return {}
    told = {"device": str(device)}
    if device.type == "cuda":
        cudnn: Any = torch.backends.cudnn
        versions = {"cuda": torch.version.cuda, "hip": torch.version.hip, "cudnn": cudnn.version()}
        told |= {name: str(version) for name, version in versions.items() if version is not None}
        told |= {"device name": torch.cuda.get_device_name(device)}
    return told


def words(function: str, settings: Settings) -> str:
    """A description of the function with its settings."""
    told = [f"{function} on {settings.arrays.device}"]
    told += [f"compiled by {settings.compile}"] if settings.compile else []
    told += ["in channels-last memory"] if settings.channels_last else []
    return ", ".join(told)
