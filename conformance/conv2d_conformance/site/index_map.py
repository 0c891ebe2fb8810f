"""Which input cells and which weights each output element reads, by the index maps of the reference."""

from __future__ import annotations

from dataclasses import dataclass

from conv2d_conformance.contract.capabilities import PADDING_MODES
from conv2d_reference.arguments import Geometry
from conv2d_reference.direct import source

TapReading = tuple[int, int | None]
"""A cell of the padded axis, counted from the first element, and the element that it is; None for an implicit zero."""


@dataclass(frozen=True)
class AxisMap:
    """One axis: the element of each cell, and for each output position the reading of each tap."""

    first: int
    elements: tuple[int | None, ...]
    readings: tuple[tuple[TapReading, ...], ...]

    @property
    def cells(self) -> range:
        """The cells that windows can meet, padding included."""
        return range(self.first, self.first + len(self.elements))


@dataclass(frozen=True)
class IndexMap:
    """Both axes of a call. The map of a row does not depend on the column."""

    rows: AxisMap
    columns: AxisMap


def index_map(g: Geometry) -> IndexMap:
    """The map of a legal call."""
    assert g.padding_mode in PADDING_MODES, g.padding_mode
    rows = _axis(g.H, g.KH, g.OH, g.stride[0], g.dilation[0], g.pads[0], g.padding_mode)
    columns = _axis(g.W, g.KW, g.OW, g.stride[1], g.dilation[1], g.pads[1], g.padding_mode)
    return IndexMap(rows, columns)


def channels_of(g: Geometry, m: int) -> range:
    """The input channels that an output channel reads."""
    width = g.C // g.groups
    first = m // (g.M // g.groups) * width
    return range(first, first + width)


def _axis(
    size: int, kernel: int, outputs: int, stride: int, dilation: int, pads: tuple[int, int], mode: str
) -> AxisMap:
    before, after = pads
    readings = tuple(
        tuple((cell, source(cell, size, mode)) for cell in (o * stride + k * dilation - before for k in range(kernel)))
        for o in range(outputs)
    )
    cells = range(-before, size + after)
    return AxisMap(-before, tuple(source(cell, size, mode) for cell in cells), readings)
