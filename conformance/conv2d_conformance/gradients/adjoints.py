"""The gradients as convolutions of the arrays of the call.

grad_weight: the channels of the padded input are the images, its images the channels, and grad_output is the kernel.
Where the kernel stepped by the dilation, the windows now do, and the other way round.

grad_input: grad_output is convolved with the mirrored kernel whose input and output channels have changed places, one
phase of the stride at a time (`phases`); this gives the gradient of the padded input, which is then folded (`folding`).

grad_bias: grad_output is convolved with ones of its own size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from conv2d_conformance.contract.arrays import Floats
from conv2d_conformance.gradients.folding import Fold
from conv2d_conformance.gradients.phases import phases_of
from conv2d_conformance.law.bound import Operands
from conv2d_reference import lowered
from conv2d_reference.arguments import Geometry
from conv2d_reference.oracle import Sums, sums

NO_BIAS = np.zeros((1, 1, 1))


@dataclass(frozen=True, slots=True)
class InputOperands(Operands):
    """grad_output and the kernel, (C, M//groups, KH, KW): convolved phase by phase, then folded."""

    g: Geometry
    fold: Fold

    def meet(self, input: Floats, weight: Floats) -> Floats:
        """The gradient (N, C, H, W) of other values in the same places."""
        padded = np.zeros(self.padded_shape)
        for places, taps, placement in phases_of(self.g):
            padded[places] = lowered.conv2d(input, weight[taps], **placement)
        return self.fold.values(padded)

    def sums(self, *, exact: bool) -> Sums:
        """The oracle's sums for every element."""
        names = [field.name for field in fields(Sums)]
        padded = {name: np.full(self.padded_shape, np.inf if name == "smallest" else 0.0) for name in names}
        for places, taps, placement in phases_of(self.g):
            found = sums(self.input, self.weight[taps], **placement, exact=exact)
            for name in names:
                padded[name][places] = getattr(found, name)
        return self.fold.sums(Sums(**padded))

    @property
    def padded_shape(self) -> tuple[int, int, int, int]:
        g = self.g
        return len(self.input), g.C, g.H + sum(g.pads[0]), g.W + sum(g.pads[1])


@dataclass(frozen=True, slots=True)
class Adjoint:
    """One gradient as a convolution.

    arrange: moves the axes of the convolution to those of the gradient. parts: the number of partial sums of an element
    that may be rounded before they are added: one for each image, or for each tap and each copy in the padding.
    multiplies: whether its terms are products; otherwise they are single elements.
    """

    operands: Operands
    arrange: Callable[[npt.NDArray[Any]], npt.NDArray[Any]]
    parts: npt.NDArray[np.intp] | int
    multiplies: bool = True

    @property
    def largest_count(self) -> int:
        """The largest number of products of any element."""
        operands = self.operands
        copies = int(operands.fold.counts.max()) if isinstance(operands, InputOperands) else 1
        return int(operands.weight[0].size) * copies

    def sums(self, *, exact: bool) -> Sums:
        """The oracle's sums for every element."""
        operands = self.operands
        if isinstance(operands, InputOperands):
            return operands.sums(exact=exact)
        return sums(operands.input, operands.weight, **operands.placement, exact=exact)


def adjoint_of_input(g: Geometry, weight: Floats, gy: Floats) -> Adjoint:
    """The gradient of the input, from weight (M, C//groups, KH, KW) and gy (N, M, OH, OW)."""
    blocks = weight.reshape(g.groups, -1, *weight.shape[1:])
    filters = np.ascontiguousarray(blocks.swapaxes(1, 2).reshape(g.C, -1, g.KH, g.KW))
    fold = Fold.of(g)
    parts = fold.counts * (g.KH * g.KW)
    return Adjoint(InputOperands(gy, filters, NO_BIAS, {}, g, fold), lambda values: values, parts)


def adjoint_of_weight(g: Geometry, input: Floats, gy: Floats) -> Adjoint:
    """The gradient of the weight, from input (N, C, H, W) and gy (N, M, OH, OW)."""
    padded = lowered.pad(input, g.pads, g.padding_mode)
    (sh, sw), (dh, dw) = g.stride, g.dilation
    seen = padded[..., : (g.OH - 1) * sh + (g.KH - 1) * dh + 1, : (g.OW - 1) * sw + (g.KW - 1) * dw + 1]
    groups = seen.reshape(len(seen), g.groups, -1, *seen.shape[2:])  # N, G, C//G
    images = groups.transpose(2, 1, 0, 3, 4).reshape(groups.shape[2], -1, *seen.shape[2:])
    placement = _placement(stride=g.dilation, dilation=g.stride, groups=g.groups, pads=((0, 0), (0, 0)))
    operands = Operands(images, np.ascontiguousarray(gy.swapaxes(0, 1)), NO_BIAS, placement)
    return Adjoint(operands, lambda values: values.swapaxes(0, 1), len(gy))


def adjoint_of_bias(g: Geometry, gy: Floats) -> Adjoint:
    """The gradient of the bias, from gy (N, M, OH, OW)."""
    images = np.ascontiguousarray(gy.swapaxes(0, 1))
    placement = _placement(stride=(1, 1), dilation=(1, 1), groups=1, pads=((0, 0), (0, 0)))
    operands = Operands(images, np.ones((1, *images.shape[1:])), NO_BIAS, placement)
    return Adjoint(operands, lambda values: values.reshape(g.M), len(gy), multiplies=False)


def _placement(**placement: Any) -> dict[str, Any]:
    return {**placement, "padding_mode": "zeros"}
