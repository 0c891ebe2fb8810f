"""A call with arrays of any size, all of four axes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.full_size.axes import TapIndices, read
from conv2d_reference.arguments import Geometry


@dataclass(frozen=True)
class LargeCall:
    """The arrays of a call: input (N, C, H, W), weight, bias (M,) or None; grad_output (N, M, OH, OW) for gradients."""

    g: Geometry
    input: Array
    weight: Array
    bias: Array | None = None
    grad_output: Array | None = None

    @cached_property
    def rows(self) -> TapIndices:
        return read(self.g, 0)

    @cached_property
    def columns(self) -> TapIndices:
        return read(self.g, 1)

    def filters(self, groups: slice) -> slice:
        """The filters of some groups."""
        return times(groups, self.g.M // self.g.groups)

    def channels(self, groups: slice) -> slice:
        """The channels of some groups."""
        return times(groups, self.g.C // self.g.groups)


def times(part: slice, factor: int) -> slice:
    return slice(part.start * factor, part.stop * factor)


def four_axes(array: Array) -> Array:
    """The array of one image as a batch of one."""
    return array if array.ndim == 4 else array[None]
