"""Subclasses of `torch.nn.Module`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import torch
from torch.nn.modules.conv import _ConvNd


class Layers:
    """Layers whose parameters lie on one device."""

    def __init__(self, device: str) -> None:
        self._device = device

    def placing(self, dtype: str) -> dict[str, Any]:
        """The arguments of a constructor that say where its parameters lie, and in which dtype."""
        return {"device": self._device, "dtype": getattr(torch, dtype)}

    def place(self, layer: Any, dtype: str) -> Any:
        """The same of a layer whose constructor did not take them."""
        return layer.to(**self.placing(dtype))

    def parameter(self, layer: Any, name: str) -> Any:
        """The parameter of this name, of the layer or of the only one within it that has one; None where none has."""
        found = {key: value for key, value in layer.named_parameters() if key.rpartition(".")[2] == name}
        return found.get(name) if name in found or len(found) != 1 else found.popitem()[1]

    def load(self, layer: Any, name: str, tensor: torch.Tensor) -> None:
        """Write a tensor into the parameter, as `load_state_dict` does, and into none of another shape or dtype."""
        parameter = self._required(layer, name)
        if (parameter.shape, parameter.dtype) != (tensor.shape, tensor.dtype):
            has, given = (f"{tuple(value.shape)} of {value.dtype}" for value in (parameter, tensor))
            raise RuntimeError(f"the layer made a {name} {has}, and is given one {given}")
        with torch.no_grad():
            parameter.copy_(tensor)

    def replace(self, layer: Any, name: str, tensor: torch.Tensor) -> None:
        """Put a tensor in the place of the parameter."""
        parameter = self._required(layer, name)
        for module in layer.modules():
            for key, value in module.named_parameters(recurse=False):
                if value is parameter:
                    setattr(module, key, torch.nn.Parameter(tensor))

    def _required(self, layer: Any, name: str) -> Any:
        parameter = self.parameter(layer, name)
        if parameter is None:
            raise AttributeError(f"the layer has no {name}, or more than one")
        return parameter

    def leaf(self, tensor: torch.Tensor) -> torch.Tensor:
        """The same memory, as what a gradient is taken with respect to."""
        return tensor.detach().requires_grad_()

    def gradients(self, result: torch.Tensor, leaves: Sequence[Any], grad_output: torch.Tensor) -> Sequence[Any]:
        found: Sequence[Any] = torch.autograd.grad(result, leaves, grad_output)
        return found

    def seed(self, seed: int) -> None:
        torch.manual_seed(seed)

    @contextmanager
    def drawn(self, parameters: Mapping[str, torch.Tensor]) -> Iterator[None]:
        """While it lasts, convolutions that are constructed draw these values, as far as they have such parameters."""
        reset = _ConvNd.reset_parameters

        def draw(layer: Any) -> None:
            reset(layer)
            for name, tensor in parameters.items():
                parameter = getattr(layer, name)
                if parameter is not None and parameter.shape == tensor.shape:
                    with torch.no_grad():
                        parameter.copy_(tensor)

        with patch.object(_ConvNd, "reset_parameters", draw):
            yield

    def fault_of_parameters(self, layer: Any, drawn: Mapping[str, torch.Tensor]) -> str:
        """Why the parameters of a layer cannot be set to what was to be `drawn`; empty if they can."""
        names = dict(layer.named_parameters())
        told = "its parameters are " + (
            ", ".join(f"{key} {tuple(value.shape)}" for key, value in names.items()) or "none"
        )
        for name, tensor in drawn.items():
            parameter = self.parameter(layer, name)
            if parameter is None:
                return f"it has no parameter {name}, or more than one: {told}"
            if parameter.shape != tensor.shape:
                return f"the {name} of the problem is {tuple(tensor.shape)}: {told}"
        if len(names) != len(drawn):
            return f"the problem has no parameters but {' and '.join(drawn)}: {told}"
        own = [name for name, tensor in drawn.items() if not torch.equal(self.parameter(layer, name), tensor)]
        beside = [key for module in layer.modules() for key in _tensors_of(module)]
        if own and beside:
            return f"it draws its {' and '.join(own)} without torch.nn.Conv2d, and keeps what it may have made of them"
        return ""


def _tensors_of(module: Any) -> Iterator[str]:
    """What a module holds besides parameters that is a tensor."""
    yield from (key for key, _ in module.named_buffers(recurse=False))
    yield from (key for key, value in vars(module).items() if isinstance(value, torch.Tensor))
