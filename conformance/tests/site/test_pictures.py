"""Pictures draw the maps of the definition, which the other implementation of the reference confirms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from conv2d_conformance import spec
from conv2d_conformance.cases.geometry import geometry
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.site.index_map import channels_of, index_map
from conv2d_conformance.site.picture import picture_of
from conv2d_conformance.verdict.question import Question
from conv2d_reference import correlate

LINES = (
    "n1c1h7w8 m1k2x3 s2x1 p1x2 d1x2",
    "n1c6h4w5 m4k2x3 g2 same",
    "n1c2h5w6 m3k4x3 same d2x1 reflect",
    "n1c1h3w4 m1k2x2 s1x2 p2x3 reflect",
    "n1c3h1w2 m3k2x2 p3x4 g3 replicate",
    "n1c1h2w3 m1k2x2 s2x1 p2x3 d2x1 circular",
)


@pytest.mark.parametrize("line", LINES)
def test_an_output_is_the_sum_of_what_its_map_reads(line: str) -> None:
    case = parse(line)
    g, question = geometry(case), Question(case)
    x, w = question.input[0].astype(np.int64), question.weight.astype(np.int64)
    found = index_map(g)
    y = np.zeros((g.M, g.OH, g.OW), np.int64)
    for m, oh, ow in np.ndindex(y.shape):
        for c in channels_of(g, m):
            for kh, (_, row) in enumerate(found.rows.readings[oh]):
                for kw, (_, column) in enumerate(found.columns.readings[ow]):
                    if row is not None and column is not None:
                        y[m, oh, ow] += w[m, c - channels_of(g, m).start, kh, kw] * x[c, row, column]
    assert np.array_equal(y, correlate.conv2d(x[np.newaxis], w, **case.arguments)[0])


def test_a_cell_that_is_read_lies_in_the_drawing_and_has_the_element_that_is_read() -> None:
    for line in LINES:
        picture = picture_of(line)
        assert picture is not None, line
        cells = {cell.key: cell for plane in picture.planes for cell in plane.cells}
        data: Any = picture.data
        read = 0
        for rows in data["rows"]:
            for columns in data["columns"]:
                for cell, row in rows:
                    for other, column in columns:
                        place = "0" if row is None or column is None else f"{row},{column}"
                        assert cells[f"x0:{cell},{other}"].place == place, line
                        read += 1
        assert read


def test_most_requirements_have_a_picture_and_what_is_too_large_or_illegal_has_none() -> None:
    examples = [one.example for one in spec.load().requirements.values() if one.example]
    assert sum(picture_of(line) is not None for line in examples) > 90
    assert picture_of("n1c1h99w99 m1k3") is None
    assert picture_of("n1c1h3w3 m1k1 p2147483648") is None
    assert picture_of("n1c1h3w3 m1k1x1 stride=(0,1)") is None
    assert picture_of("init c6m10k3x5 seed:7") is None
    assert picture_of("n0c1h3w3 m1k2") is None
    assert picture_of("n900000000c1h3w3 m1k2") is None
    assert picture_of("n1c1h1w1 m1k1 p0 s9 d9") is not None


def test_the_element_that_is_asked_for_is_chosen() -> None:
    picture = picture_of("n2c2h3w4 m3k2 p1", (1, 2, 0, 3))
    assert picture is not None
    assert picture.chosen == 2 * 4 * 5 + 3
    values = {cell.key: cell.value for plane in picture.planes for cell in plane.cells}
    assert values["x1:0,0"] == str(int(Question(parse("n2c2h3w4 m3k2 p1")).input[1, 1, 0, 0]))  # of the second image
