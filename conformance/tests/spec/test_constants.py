"""Every number that the chapter Numerics quotes is the one that the law computes with."""

from __future__ import annotations

import importlib.resources
import re
from fractions import Fraction

import numpy as np
import pytest

from conv2d_conformance.contract.arrays import Array, dtype_of
from conv2d_conformance.contract.formats import FORMATS
from conv2d_conformance.contract.grades import TILES, class_names, is_wide
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.gradients.law import gradient_class, laws
from conv2d_conformance.law import fourier, winograd
from conv2d_conformance.law.bound import Operands
from conv2d_conformance.law.classes import AccuracyClass, accuracy_class, contained_in
from conv2d_conformance.law.transforms import amplification, points_for

TEXT = importlib.resources.files("conv2d_conformance.spec").joinpath("conv2d.md").read_text(encoding="utf-8")
NUMERICS = TEXT.partition("\n## Numerics\n")[2].partition("\n## ")[0]
DTYPES = tuple(FORMATS)


def rows(columns: int) -> list[list[str]]:
    """The rows of the tables with so many columns."""
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in NUMERICS.splitlines() if line[:1] == "|"]
    return [row for row in found if len(row) == columns and not set(row[0]) <= set("-")]


ARITHMETICS = {name: row for row in rows(7) if row[3] for name in [row[0]] if name != "grade"}


def number(text: str, dtype: str) -> float:
    """Of "2u; 16-bit: 4 * 2^-24": the part for the dtype, u being its unit."""
    general, _, narrow = text.partition("; 16-bit: ")
    chosen = narrow if narrow and not is_wide(dtype) else general
    parts = re.fullmatch(r"(?:(\d+)(?: \* )?)??(?:2\^-(\d+)|(u)|0)", chosen)
    assert parts is not None
    factor, power, unit = parts.groups()
    if not (power or unit):
        return 0.0
    return int(factor or 1) * (2.0 ** -int(power) if power else FORMATS[dtype].unit)


def input_error(accuracy: AccuracyClass) -> float:
    return 0.0 if accuracy.input is None else accuracy.neighbours * accuracy.input.unit


def test_the_table_has_every_grade_of_sums() -> None:
    transforms = {*TILES, "C"}
    assert set(ARITHMETICS) == {name for dtype in DTYPES for name in class_names(dtype)} - transforms


@pytest.mark.parametrize(("name", "dtype"), [(n, d) for n in ARITHMETICS for d in DTYPES if n in class_names(d)])
def test_the_table_of_arithmetics(name: str, dtype: str) -> None:
    _, _, _, product, addition, of_input, neighbours = ARITHMETICS[name]
    accuracy = accuracy_class(name, dtype)
    assert number(product, dtype) == accuracy.product
    assert number(addition, dtype) == accuracy.addition
    assert number(of_input, dtype) == input_error(accuracy)
    assert int(neighbours) == accuracy.neighbours
    own_sums = not is_wide(dtype) and name == "R-acc16"
    assert accuracy.accumulator == FORMATS[dtype if is_wide(dtype) or own_sums else "float32"]


def test_the_bits_of_exact_sums() -> None:
    exact = NUMERICS.partition("### numerics.exact-where-exact")[2].partition("###")[0]
    assert "at most 2^24 for an accumulator in float32 and 2^53 in float64" in exact
    assert (FORMATS["float32"].precision, FORMATS["float64"].precision) == (24, 53)
    assert "(11 in R-tf32 and R-fp16, 8 in R-bf16)" in exact
    assert [accuracy_class(name, "float32").kept_bits for name in ("R-tf32", "R-fp16", "R-bf16")] == [11, 11, 8]


def test_the_table_of_transforms() -> None:
    found = {name: (int(k), lines) for name, k, lines in rows(3) if name.isdigit()}
    assert {int(name) for name in found} == set(TILES.values())
    for name, tile in TILES.items():
        k, lines = found[str(tile)]
        assert winograd.roundings(accuracy_class(name, "float32"), 0, (3, 3)) == k
        quoted = [[Fraction(value) for value in line.split(",")] for line in lines.split(";")]
        both = sorted(quoted + [line[::-1] for line in quoted])
        np.testing.assert_allclose(np.array(both, float), amplification(tile, 3), rtol=1e-14)


def test_the_limits_of_transforms() -> None:
    assert "at most 7 taps long" in NUMERICS
    assert [winograd.suits(winograd.SMALLEST_TILE, (taps, 1)) for taps in (1, 7, 8)] == [False, True, False]
    assert "the smaller of m and 9 - r" in NUMERICS
    accuracy = accuracy_class("B6", "float32")
    assert [winograd.largest_tile(accuracy, taps) for taps in (2, 3, 4, 7)] == [6, 6, 5, 2]
    assert f"scaled by {winograd.SCALING:.0f} at most" in NUMERICS
    told = re.search(r"the points (0, .*?) and infinity", NUMERICS)
    assert told is not None
    points = frozenset(map(Fraction, told[1].split(", ")))
    assert frozenset().union(*(chosen for taps in range(2, 8) for chosen in points_for(2, taps))) == points
    assert f"φ = {fourier.FACTOR:.0f} * u * log2(T)" in NUMERICS


def test_which_grades_lie_within_which() -> None:
    assert (
        "What A allows, every grade allows. What A-tc allows, the grades R do, and what R-tf32 allows, so do " in TEXT
    )
    for name in ("R-tf32", "R-fp16", "R-bf16", "R-acc16"):
        assert {"A", "A-tc"} <= contained_in(name)
    assert "R-tf32" in contained_in("R-fp16") & contained_in("R-bf16")
    assert "R-fp16" not in contained_in("R-bf16")
    assert "what B2 allows, B4 does, and what B4 allows, B6 does" in TEXT
    assert [sorted(contained_in(name)) for name in ("B2", "B4", "B6", "C")] == [
        ["A"],
        ["A", "B2"],
        ["A", "B2", "B4"],
        ["A"],
    ]


PLACEMENT = {"stride": (1, 1), "dilation": (1, 1), "groups": 1, "pads": ((1, 1), (1, 1)), "padding_mode": "zeros"}


def data() -> tuple[Array, Array, Array]:
    """Of one image with one bright pixel for each channel, and filters of 3 x 3."""
    random = np.random.default_rng(1)
    x, w = random.random((1, 4, 6, 5)) / 16, random.standard_normal((3, 4, 3, 3))
    x[0, np.arange(4), np.arange(4), 2] = 1 + np.arange(4)
    return x, w, np.array([0.0, 1.5, -2.0]).reshape(-1, 1, 1)


@pytest.mark.parametrize("name", TILES)
def test_the_formula_of_tiles(name: str) -> None:
    x, w, b = data()
    tile, u = TILES[name], 2.0**-24
    k = next(int(k) for cells, k, _ in rows(3) if cells == str(tile))
    T = amplification(tile, 3)
    padded = np.pad(x[0], [(0, 0), (tile, tile), (tile, tile)])
    for m, i, j in np.ndindex(3, 6, 5):
        near = padded[:, i : i + 3 + 2 * (tile - 1), j : j + 3 + 2 * (tile - 1)].max(axis=(1, 2))
        size = abs(b[m, 0, 0]) + sum(near[c] * (T @ abs(w[m, c]) @ T.T).max() for c in range(4))
        expected = ((1 + u) ** (4 + k) - 1) * size
        found, _ = winograd.error(Operands(x, w, b, PLACEMENT), accuracy_class(name, "float32"), flushed=False)
        assert expected <= found[0, m, i, j] <= expected * (1 + 1e-9)


def test_the_formula_of_planes() -> None:
    x, w, b = data()
    u, norm = 2.0**-24, np.linalg.norm
    T = 2 * 8 * 2 * 8
    phi, C = 16 * u * np.log2(T), 4
    found, _ = fourier.error(Operands(x, w, b, PLACEMENT), accuracy_class("C", "float32"), flushed=False)
    for m in range(3):
        size = sum(norm(x[0, c]) * norm(w[m, c]) for c in range(C))
        first = ((1 + phi) ** 2 * (1 + u) ** (C + 2) - 1) * size
        spread = [abs(w[m, c]).sum() + phi * np.sqrt(T) * norm(w[m, c]) for c in range(C)]
        second = phi * (1 + phi) * (1 + u) ** (C + 2) * sum(norm(x[0, c]) * spread[c] for c in range(C))
        expected = (first + second) * (1 + u) + u * (size + abs(b[m, 0, 0]))
        assert expected <= found[0, m, 0, 0] <= expected * (1 + 1e-8)


@pytest.mark.parametrize(("dtype", "exponent"), [("float16", -4), ("float16", -17), ("bfloat16", 0)])
@pytest.mark.parametrize("images", [1, 2, 300])
def test_the_formula_of_parts(dtype: str, exponent: int, images: int) -> None:
    """Of the gradient of a weight, over so many images of six positions each."""
    random = np.random.default_rng(images)
    shape = images, 1, 2, 3
    x, gy = ((1 + random.random(shape)) * 2.0**exponent for _ in range(2))
    x, gy, w = (array.astype(dtype_of(dtype)) for array in (x, gy, np.ones((1, 1, 1, 1))))
    g, u, wide = Call(x, w).geometry, FORMATS[dtype].unit, 2.0**-24
    bounds = {name: laws(g, x, w, None, gy, gradient_class(name, dtype))[1].bound for name in ("A-tc", "R-acc16")}
    A = float((x.astype(float) * gy.astype(float)).sum())
    k, G, eta_out = images - 1, (1 + 2 * wide) ** (6 * images - 1) - 1, FORMATS[dtype].tiny / 2
    assert "B + (1 + 2u) * (((1 + 2u)^k - 1) * (1 + G) * A + (1 + 2u)^k * k * 2 * eta_out)" in TEXT
    extra = (1 + 2 * u) * (((1 + 2 * u) ** k - 1) * (1 + G) * A + (1 + 2 * u) ** k * k * 2 * eta_out)
    np.testing.assert_allclose(bounds["R-acc16"], bounds["A-tc"] + extra, rtol=1e-6)
