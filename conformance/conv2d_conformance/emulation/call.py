"""A call of conv2d, and the right answer to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_reference import lowered
from conv2d_reference.arguments import Geometry, resolve_arrays


@dataclass(frozen=True, eq=False)
class Call:
    """The arguments as they were passed, with the documented defaults for those not `given`."""

    input: Any
    weight: Any
    bias: Any = None
    stride: Any = 1
    padding: Any = 0
    dilation: Any = 1
    groups: Any = 1
    padding_mode: Any = "zeros"
    given: frozenset[str] = frozenset()

    @cached_property
    def geometry(self) -> Geometry:
        """The call in numbers; TypeError or ValueError where it is illegal."""
        return resolve_arrays(
            self.input,
            self.weight,
            self.bias,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=self.groups,
            padding_mode=self.padding_mode,
        )

    def require_legal(self) -> None:
        """TypeError or ValueError where the call is illegal."""
        _ = self.geometry

    def right(self, **changes: Any) -> Array:
        """The right answer to the call, or to the call with some arguments changed."""
        call = replace(self, **changes)
        return compute(call.geometry, call.input, call.weight, call.bias)

    @property
    def pads(self) -> tuple[tuple[int, int], tuple[int, int]]:
        return self.geometry.pads

    def padded_by_hand(self, pads: tuple[tuple[int, int], tuple[int, int]]) -> Array:
        """The answer with other amounts of zeros around the input: ((top, bottom), (left, right))."""
        widths = [(0, 0)] * (self.input.ndim - 2) + list(pads)
        return self.right(input=np.pad(self.input, widths), padding=0)


def or_else(call: Call, answer: Callable[[], Array]) -> Array:
    """The right answer to a legal call; `answer`, instead of an exception, to an illegal one."""
    try:
        return call.right()
    except (TypeError, ValueError):
        return answer()


def compute(geometry: Geometry, input: Array, weight: Array, bias: Array | None) -> Array:
    """The convolution in float64, rounded to the dtype of the input at the end."""
    g = geometry
    total = lowered.conv2d(
        input.astype(np.float64),
        weight.astype(np.float64),
        stride=g.stride,
        dilation=g.dilation,
        groups=g.groups,
        pads=g.pads,
        padding_mode=g.padding_mode,
    )
    if bias is not None:
        total += bias.astype(np.float64).reshape(-1, 1, 1)
    return total.reshape(g.output_shape).astype(input.dtype)
