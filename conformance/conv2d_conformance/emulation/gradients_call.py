"""A call of gradients, and the right answer to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from conv2d_conformance.contract.adapter import ATTRIBUTES
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_reference import gradients_by_tap
from conv2d_reference.arguments import Geometry

Gradients = tuple[Array, Array, Array | None]


@dataclass(frozen=True, eq=False)
class Derived:
    """The call of the convolution to differentiate, and the gradient of its result."""

    call: Call
    grad_output: Array

    @property
    def geometry(self) -> Geometry:
        """The call in numbers; TypeError or ValueError where it is illegal."""
        return self.call.geometry

    def right(self, **changes: Any) -> Gradients:
        """The right gradients of the call, or of the call with some arguments changed."""
        gy = changes.pop("grad_output", self.grad_output)
        call = replace(self.call, **changes)
        attributes = {name: getattr(call, name) for name in ATTRIBUTES}
        return gradients_by_tap.gradients(call.input, call.weight, call.bias, gy, **attributes)

    @property
    def batch(self) -> Derived:
        """The same call with a batch axis."""
        if self.call.input.ndim == 4:
            return self
        return Derived(replace(self.call, input=self.call.input[None]), self.grad_output[None])


def derived(input: Any, weight: Any, bias: Any, grad_output: Any, **attributes: Any) -> Derived:
    return Derived(Call(input, weight, bias, **attributes, given=frozenset(attributes)), grad_output)
