"""Float32 products from pieces of shorter formats are within the bounds of their classes, however they are split."""

from __future__ import annotations

import importlib.resources
from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from conv2d_conformance.contract.formats import FORMATS, TF32, Format
from conv2d_conformance.contract.grades import class_names
from conv2d_conformance.emulation import pieces
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.formats import rounded_to
from conv2d_conformance.law.allowed import Allowed, compare
from conv2d_conformance.law.classes import SPLIT_INPUTS, accuracy_class, contained_in
from conv2d_conformance.law.evaluate import law_of

Array = np.ndarray[Any, Any]
SINGLE = np.float32
PLACEMENT: dict[str, Any] = {"stride": (1, 1), "dilation": (1, 1), "groups": 1, "pads": ((0, 0), (0, 0))}
PAIRS = {"R-bf16x9": pieces.NINE, "R-bf16x6": pieces.SIX, "R-tf32x3": pieces.THREE, "R-bf16x3": pieces.THREE}
BFLOAT16 = FORMATS["bfloat16"]
NUMBERS = {"R-bf16x9": BFLOAT16, "R-bf16x6": BFLOAT16, "R-tf32x3": TF32, "R-bf16x3": BFLOAT16}
TO_INTEGER: dict[str, Callable[[Array], Array]] = {
    "to nearest": np.rint,
    "cut": np.trunc,
    "away from zero": lambda array: np.copysign(np.ceil(np.abs(array)), array),
    "upwards": np.ceil,
}


def law(x: Array, w: Array, grade: str, bias: Array | None = None) -> Allowed:
    return law_of(x, w, bias, PLACEMENT, accuracy_class(grade, "float32"))


def data(channels: int, kind: str) -> tuple[Array, Array]:
    random = np.random.default_rng(channels)
    shapes = (4000 // channels, channels, 1, 2), (3, channels, 1, 1)
    x, w = (random.standard_normal(shape) for shape in shapes)
    if kind == "positive":
        x, w = 1 + random.random(x.shape), 1 + random.random(w.shape)
    if kind == "small":
        x, w = x * 2.0**-125, w * 2.0**100
    if kind == "all bits":  # as many ones as there can be behind the first piece
        x, w = (np.copysign(2 - 2.0**-23 - 2.0**-11 * random.integers(0, 2, v.shape), v) for v in (x, w))
    return x.astype(SINGLE), w.astype(SINGLE)


@pytest.mark.parametrize("kind", ["normal", "positive", "small", "all bits"])
@pytest.mark.parametrize("channels", [1, 2, 50])
@pytest.mark.parametrize("rounding", TO_INTEGER)
@pytest.mark.parametrize("grade", PAIRS)
def test_pieces_are_within_the_bound_of_their_class(grade: str, rounding: str, channels: int, kind: str) -> None:
    x, w = data(channels, kind)
    change = rounded_to(NUMBERS[grade], TO_INTEGER[rounding])
    for evaluate in (pieces.one_after_the_other, pieces.tap_by_tap):
        for pairs in (PAIRS[grade], PAIRS[grade][::-1]):
            assert not compare(evaluate(Call(x, w), change, pairs), law(x, w, grade)).wrong.any()


@pytest.mark.parametrize("grade", ["R-tf32x3", "R-bf16x3"])
def test_the_worst_pieces_come_near_the_bound(grade: str) -> None:
    x, w = data(1, "normal")
    change = rounded_to(NUMBERS[grade], np.trunc)
    judged = compare(pieces.one_after_the_other(Call(x, w), change, PAIRS[grade]), law(x, w, grade))
    assert judged.ratio.max() > 0.3


@pytest.mark.parametrize(
    ("grade", "numbers", "pairs"),
    [
        ("R-bf16x9", BFLOAT16, pieces.THREE),
        ("R-bf16x6", BFLOAT16, pieces.THREE),
        ("R-tf32x3", BFLOAT16, pieces.THREE),
        ("R-tf32x3", TF32, pieces.THREE[1:]),
        ("R-bf16x3", BFLOAT16, pieces.THREE[1:]),
    ],
)
def test_fewer_pieces_or_products_are_outside(grade: str, numbers: Format, pairs: Any) -> None:
    x, w = data(1, "normal")
    answer = pieces.one_after_the_other(Call(x, w), rounded_to(numbers), pairs)
    assert compare(answer, law(x, w, grade)).wrong.any()


def test_the_number_of_products_is_in_the_name() -> None:
    for name, (_, split) in SPLIT_INPUTS.items():
        assert name.endswith(f"x{split.products}")


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
def test_a_class_allows_what_the_classes_in_it_allow(dtype: str) -> None:
    """Farther bounds, and fewer answers that are fixed: on products alone, in pairs and in crowds, large and tiny."""
    random = np.random.default_rng(5)
    exponents = {"float16": (0, -12, 6)}.get(dtype, (0, -70, 60))
    for channels in (1, 2, 7, 600):
        for exponent in exponents:
            x = random.standard_normal((40, channels, 1, 2)) * (random.random((40, channels, 1, 2)) < 0.7)
            w = random.standard_normal((3, channels, 1, 1))
            bias = np.array([0.0, 1.5, 2.0**-8])
            if exponent == 0 and channels == 7:
                x, w = np.rint(4 * x), np.rint(4 * w)
            x, w, bias = (np.asarray(array, dtype=_numpy(dtype)) for array in (x * 2.0**exponent, w, bias))
            found = {name: law_of(x, w, bias, PLACEMENT, accuracy_class(name, dtype)) for name in _plain(dtype)}
            for name in found:
                for inner in contained_in(name):
                    a, b = found[inner], found[name]
                    assert not (b.fixed & ~a.fixed).any(), (name, inner)
                    assert (b.fixed | (a.bound <= b.bound)).all(), (name, inner)


def _plain(dtype: str) -> tuple[str, ...]:
    """The transforms apart, whose containment is that of their own bounds."""
    return tuple(name for name in class_names(dtype) if name[0] not in "BC")


def _numpy(dtype: str) -> Any:
    return ml_dtypes.bfloat16 if dtype == "bfloat16" else np.dtype(dtype)


def test_the_specification_says_what_products_lack() -> None:
    lacking = {name: split.lacking(piece) for name, (piece, split) in SPLIT_INPUTS.items()}
    of_tf32, of_bfloat16 = 3 * 2.0**-23, 255 * 2.0**-23
    assert lacking == {
        "R-bf16x9": 0,
        "R-bf16x6": 2.0**-21 + 2.0**-30,
        "R-tf32x3": 2.0**-20 + 2 * of_tf32 + of_tf32**2,
        "R-bf16x3": 2.0**-14 + 2 * of_bfloat16 + of_bfloat16**2,
    }
    text = importlib.resources.files("conv2d_conformance.spec").joinpath("conv2d.md").read_text(encoding="utf-8")
    for part in (
        "at most 0 in R-bf16x9, 2^-21 + 2^-30 in R-bf16x6, 2^-20 + 2r + r^2 with r = 3 * 2^-23 in R-tf32x3, and ",
        "2^-14 + 2r + r^2 with r = 255 * 2^-23 in R-bf16x3",
        "add up to at most 4 (R-bf16x6) or 3",
    ):
        assert part in text
    assert {name: split.limit for name, (_, split) in SPLIT_INPUTS.items()} == {
        "R-bf16x9": 6,
        "R-bf16x6": 4,
        "R-tf32x3": 3,
        "R-bf16x3": 3,
    }
