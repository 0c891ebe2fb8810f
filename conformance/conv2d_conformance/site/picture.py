"""The picture of a call: its planes as grids of cells, and what each output element reads of them.

A page draws it as SVG with one output element chosen; its script chooses another by the same data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from conv2d_conformance.cases.case import Case, CaseError
from conv2d_conformance.cases.cost import elements
from conv2d_conformance.cases.geometry import geometry, products
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.operations import elementwise
from conv2d_conformance.operations.operation import Index
from conv2d_conformance.site.index_map import AxisMap, IndexMap, channels_of, index_map
from conv2d_conformance.typed_json import Json
from conv2d_conformance.verdict.question import Question
from conv2d_reference.arguments import Geometry

SIZE = 30
"""The side of a cell, in units of the drawing."""

GAP = 22
MOST_CELLS = 480
"""The most cells of a picture; a larger call has none."""

MOST_PRODUCTS = 1 << 18
"""The most products of a call whose numbers are computed for a picture."""

MOST_PLANES = 6
"""The most channels that are drawn; of more, those that the chosen element reads."""


@dataclass(frozen=True)
class PictureCell:
    """A square of a plane: where it is, what it is called, what it holds, and how it is marked."""

    key: str
    x: int
    y: int
    place: str
    value: str
    marks: str


@dataclass(frozen=True)
class Plane:
    """One channel of an array. `kind` is x, w or y; `frame` is the part of a padded plane that is no padding."""

    kind: str
    number: int
    title: str
    x: int
    y: int
    width: int
    height: int
    cells: tuple[PictureCell, ...]
    frame: tuple[int, int, int, int]


@dataclass(frozen=True)
class Picture:
    """The planes, the size of the drawing, the call as a line, and the data of the script."""

    case: str
    planes: tuple[Plane, ...]
    width: int
    height: int
    chosen: int
    outputs: int
    data: dict[str, Json]
    left_out: str
    what: str
    padding_mode: str

    @property
    def has_padding(self) -> bool:
        return any("pad" in cell.marks for plane in self.planes for cell in plane.cells)


def picture_of(line: str, at: Index | None = None) -> Picture | None:
    """The picture of a case, with the output element `at` chosen; None where there is nothing to draw, or too much."""
    try:
        case = parse(line)
        g = geometry(case)
    except (CaseError, ValueError, TypeError):  # a line of another grammar, or an illegal call
        return None
    if case.N == 0 or case.overrides or products(g) > MOST_PRODUCTS or elements(case) > MOST_PRODUCTS:
        return None
    chosen = _chosen(g, at)
    inputs, filters = _drawn(g, chosen[0])
    padded = (g.H + sum(g.pads[0])) * (g.W + sum(g.pads[1]))
    if len(inputs) * (padded + g.KH * g.KW) + len(filters) * g.OH * g.OW > MOST_CELLS:
        return None
    found = index_map(g)
    image = at[0] if at is not None and len(at) == 4 else 0
    return _Drawing(case, g, found, image, inputs, filters).picture(chosen)


def _chosen(g: Geometry, at: Index | None) -> tuple[int, int, int]:
    if at is None or len(at) < 3:
        return 0, g.OH // 2 if g.OH > 2 else 0, g.OW // 2 if g.OW > 2 else 0
    m, oh, ow = at[-3:]
    return min(m, g.M - 1), min(oh, g.OH - 1), min(ow, g.OW - 1)


def _drawn(g: Geometry, m: int) -> tuple[list[int], list[int]]:
    """The channels that are drawn, of the input and of the output: all where they are few."""
    read = channels_of(g, m)
    inputs = list(range(g.C)) if g.C <= MOST_PLANES else list(read)[:2]
    filters = list(range(g.M)) if g.M <= MOST_PLANES else [m]
    if g.C > MOST_PLANES:  # the output channels of another group would read channels that are not drawn
        filters = [one for one in filters if channels_of(g, one) == read]
    return inputs, filters


@dataclass
class _Drawing:
    case: Case
    g: Geometry
    found: IndexMap
    image: int
    inputs: list[int]
    filters: list[int]

    def picture(self, chosen: tuple[int, int, int]) -> Picture:
        g, rows, columns = self.g, self.found.rows, self.found.columns
        x, w, y = self._arrays()
        planes: list[Plane] = []
        at, tallest = 0, 0
        for c in self.inputs:
            cells = self._cells_of_input(x[c], c)
            size = len(columns.elements) * SIZE, len(rows.elements) * SIZE
            frame = (-columns.first * SIZE, -rows.first * SIZE, g.W * SIZE, g.H * SIZE)
            planes.append(Plane("x", c, _title("x", c, self.g.C), at, 0, *size, cells, frame))
            at, tallest = at + size[0] + GAP, max(tallest, size[1])
        at += GAP
        for c in self._read_by(chosen[0]):
            width = self.g.C // self.g.groups
            size = g.KW * SIZE, g.KH * SIZE
            cells = _grid("w", c, w[chosen[0], c])
            planes.append(Plane("w", c, _title("w", c, width), at, 0, *size, cells, (0, 0, *size)))
            at, tallest = at + size[0] + GAP, max(tallest, size[1])
        at += GAP
        for m in self.filters:
            size = g.OW * SIZE, g.OH * SIZE
            cells = _grid("y", m, y[m])
            planes.append(Plane("y", m, _title("y", m, g.M), at, 0, *size, cells, (0, 0, *size)))
            at, tallest = at + size[0] + GAP, max(tallest, size[1])
        return Picture(
            case=format_case(self.case),
            planes=tuple(planes),
            width=at - GAP,
            height=tallest,
            chosen=(self.filters.index(chosen[0]) * g.OH + chosen[1]) * g.OW + chosen[2],
            outputs=len(self.filters) * g.OH * g.OW,
            data=self._data(w),
            left_out=self._left_out(),
            what="the gradient of the output" if self.case.hands_over_output else "the output",
            padding_mode=g.padding_mode,
        )

    def _read_by(self, m: int) -> list[int]:
        """The channels of the weight that are drawn: of the drawn channels of the input those that are read."""
        read = channels_of(self.g, m)
        return [c - read.start for c in self.inputs if c in read]

    def _arrays(self) -> tuple[Array, Array, Array]:
        """The image, the weight, and the right output, or the gradient of it that the call hands over."""
        question = Question(self.case)
        shape = self.g.output_shape[-3:]
        x = question.input.reshape(-1, *question.input.shape[-3:])[self.image]
        if self.case.hands_over_output:
            given = question.request.arrays["grad_output"]
            assert given is not None
            y = given.reshape(-1, *shape)[self.image]
        else:
            assert elementwise(self.case.operation)
            y = question.law.high.reshape(-1, *shape)[self.image]
        return x, question.weight, y

    def _cells_of_input(self, x: Array, c: int) -> tuple[PictureCell, ...]:
        rows, columns = self.found.rows, self.found.columns
        cells = []
        for i, row in zip(rows.cells, rows.elements, strict=True):
            for j, column in zip(columns.cells, columns.elements, strict=True):
                is_inside = 0 <= i < self.g.H and 0 <= j < self.g.W
                place, value = (
                    ("0", "0") if row is None or column is None else (f"{row},{column}", _short(x[row, column]))
                )
                marks = "" if is_inside else "pad zero" if place == "0" else "pad copy"
                key = f"x{c}:{i},{j}"
                cells.append(PictureCell(key, (j - columns.first) * SIZE, (i - rows.first) * SIZE, place, value, marks))
        return tuple(cells)

    def _data(self, w: Array) -> dict[str, Json]:
        weights: dict[str, Json] = {
            str(m): [[_short(w[m, c, i, j]) for i, j in np.ndindex(self.g.KH, self.g.KW)] for c in self._read_by(m)]
            for m in self.filters
        }
        channels: dict[str, Json] = {
            str(m): [c for c in self.inputs if c in channels_of(self.g, m)] for m in self.filters
        }
        return {
            "rows": _readings(self.found.rows),
            "columns": _readings(self.found.columns),
            "filters": [*self.filters],
            "channels": channels,
            "weights": weights,
            "first": {str(m): channels_of(self.g, m).start for m in self.filters},
        }

    def _left_out(self) -> str:
        told = []
        if more := self.g.C - len(self.inputs):
            told.append(f"{more} more channels of the input")
        if more := self.g.M - len(self.filters):
            told.append(f"{more} more channels of the output")
        if (self.case.N or 1) > 1:
            told.append("the other images of the batch")
        return " and ".join(told)


def _readings(axis: AxisMap) -> Json:
    return [[[cell, element] for cell, element in taps] for taps in axis.readings]


def _grid(kind: str, number: int, values: Array) -> tuple[PictureCell, ...]:
    return tuple(
        PictureCell(f"{kind}{number}:{i},{j}", j * SIZE, i * SIZE, f"{i},{j}", _short(values[i, j]), "")
        for i, j in np.ndindex(values.shape)
    )


def _title(kind: str, number: int, of: int) -> str:
    names = {"x": "input", "w": "weight", "y": "output"}
    return names[kind] if of == 1 else f"{names[kind]} {number}"


def _short(value: Any) -> str:
    """A number in a cell, which has room for few letters."""
    number = float(value)
    if number.is_integer() and abs(number) < 1000:
        return str(int(number))
    return f"{number:.2g}".replace("e+0", "e").replace("e-0", "e-")
