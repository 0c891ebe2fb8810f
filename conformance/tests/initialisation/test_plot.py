"""The pictures."""

from xml.etree import ElementTree

import numpy as np

from conv2d_conformance.cases.layer_case import LayerCase
from conv2d_conformance.initialisation.law import layer_law
from conv2d_conformance.initialisation.plot import histogram, law_line, svg
from conv2d_conformance.initialisation.sample import Sample

LAW = layer_law(LayerCase(C=6, M=10, kernel=3))
UNITS = np.linspace(-1, 1, 5000)


def test_the_law_is_a_block_of_half_height() -> None:
    assert law_line(12) == "  ▄▄▄▄▄▄▄▄  "


def test_a_histogram_shows_what_is_wrong() -> None:
    assert histogram(UNITS[:-1] / 2, 12) == "    ████    "
    assert histogram(np.append(np.zeros(9999), 0.7), 12) == "      █ ▁   "
    assert histogram(np.array([np.nan, np.inf]), 12) == " " * 12


def test_the_drawing_is_a_picture_of_every_sample() -> None:
    samples = {name: Sample(name, UNITS * scale, LAW) for name, scale in (("weight", 1.0), ("a < b", 0.5))}
    drawing = ElementTree.fromstring(svg(samples, title='"quoted" & more'))
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    words = [element.text for element in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert words[0] == '"quoted" & more'
    assert {"weight, 5000 elements", "a < b, 5000 elements"} <= set(words)
    lines = list(drawing.iter("{http://www.w3.org/2000/svg}polyline"))
    assert len(lines) == 1 + len(samples)
    assert len({line.get("points") for line in lines}) == 3
