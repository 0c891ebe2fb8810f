"""The gradient of a padded input, phase by phase.

A window that starts at o * s has its tap k at o * s + k * d. So only the taps with k * d = r (mod s), which are equally
spaced, read the elements p = r + s * j of the padded input, and tap k reads them in the windows
o = j - (k * d - r) / s. That is a convolution with stride 1 for every phase r that has taps; the others are zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from conv2d_reference.arguments import Geometry


@dataclass(frozen=True)
class Phase:
    """One axis: the padded elements, the taps, and the placement of the convolution of grad_output with them."""

    places: slice
    taps: slice
    dilation: int
    pads: tuple[int, int]


def phases_along(padded: int, outputs: int, kernel: int, stride: int, dilation: int) -> Iterator[Phase]:
    """The phases of an axis that have taps. Taps are in reverse order, as the adjoint of a correlation needs them."""
    common = math.gcd(stride, dilation)
    spacing = stride // common
    for first in range(min(kernel, spacing)):
        r, count = first * dilation % stride, -(-(kernel - first) // spacing)
        delay, step = first * dilation // stride, dilation // common
        length = -(-(padded - r) // stride)
        last = first + (count - 1) * spacing
        yield Phase(
            places=slice(r, None, stride),
            taps=slice(last, first - 1 if first else None, -spacing),
            dilation=step,
            pads=(delay + step * (count - 1), length - outputs - delay),
        )


def phases_of(g: Geometry) -> list[tuple[tuple[Any, ...], tuple[Any, ...], dict[str, Any]]]:
    """For both axes: the places in the padded gradient, the taps, and the placement of their convolution."""
    rows = phases_along(g.H + sum(g.pads[0]), g.OH, g.KH, g.stride[0], g.dilation[0])
    columns = phases_along(g.W + sum(g.pads[1]), g.OW, g.KW, g.stride[1], g.dilation[1])
    return [
        (
            (..., row.places, column.places),
            (..., row.taps, column.taps),
            {
                "stride": (1, 1),
                "dilation": (row.dilation, column.dilation),
                "groups": g.groups,
                "pads": (row.pads, column.pads),
                "padding_mode": "zeros",
            },
        )
        for row, column in product(rows, columns)
    ]
