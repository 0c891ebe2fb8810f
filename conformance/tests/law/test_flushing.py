"""Whoever claims flushed subnormals may flush in every place, in every class; without the claim it is seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from conv2d_conformance.contract.arrays import dtype_of
from conv2d_conformance.contract.formats import FORMATS, TF32, Format
from conv2d_conformance.contract.grades import ROUNDED_INPUTS, TILES, class_names
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.formats import Change, as_it_is, flushing, flushing_parts, rounded_to, through
from conv2d_conformance.emulation.fourier import fourier_planes
from conv2d_conformance.emulation.terms import Order, Terms, summed
from conv2d_conformance.emulation.winograd import winograd_tiles
from conv2d_conformance.gradients.law import gradient_class, laws
from conv2d_conformance.law.allowed import Allowed, compare
from conv2d_conformance.law.classes import accuracy_class
from conv2d_conformance.law.evaluate import law_of

Array = np.ndarray[Any, Any]

DTYPES = ("float32", "float64", "float16", "bfloat16")
PLACES = ("inputs", "products", "sums", "transforms", "result", "everywhere")
PART_PLACES = ("inputs", "products", "sums", "parts", "sums of parts", "result", "everywhere")
OF_RESULTS = ("parts", "sums of parts", "result")


def held(grade: str, dtype: str) -> Format:
    """The format of products and sums."""
    return accuracy_class(grade, dtype).accumulator


def read(grade: str, dtype: str) -> Format:
    """The format in which inputs are read."""
    return accuracy_class(grade, dtype).input or FORMATS[dtype]


def shows(grade: str, dtype: str, place: str) -> bool:
    """Whether anything of this format can be subnormal in this place, and flushing it passes the unclaimed bound."""
    if place in ("inputs", "everywhere"):
        return True
    if place == "transforms" and grade not in (*TILES, "C"):
        return False
    if place in ("products", "sums") and grade == "C":  # they are those of the transforms
        return False
    least = read(grade, dtype).tiny ** 2
    return least < (FORMATS[dtype] if place in OF_RESULTS else held(grade, dtype)).normal


def in_order(products: Change, sums: Change) -> Order:
    def order(terms: Terms) -> Array:
        total, *others = map(products, terms)
        for product in others:
            total = sums(total + product)
        return total

    return order


def convolved(call: Call, grade: str, dtype: str, place: str) -> Array:
    """In the arithmetic of a class, flushing in one place."""

    def at(name: str, numbers: Format) -> Change:
        return flushing(numbers) if place in (name, "everywhere") else as_it_is

    inner, outer = held(grade, dtype), FORMATS[dtype]
    result = at("result", outer)
    if grade == "C":
        spectra = flushing_parts(inner) if place in ("transforms", "everywhere") else as_it_is
        return fourier_planes(call, inputs=at("inputs", outer), transforms=spectra, result=result)
    if grade in TILES:
        return winograd_tiles(
            call,
            TILES[grade],
            inputs=at("inputs", outer),
            transforms=at("transforms", inner),
            products=at("products", inner),
            sums=at("sums", inner),
            result=result,
        )
    rounded = {"R-tf32": rounded_to(TF32)} | {name: through(ROUNDED_INPUTS[name].name) for name in ("R-fp16", "R-bf16")}
    flush, change = at("inputs", read(grade, dtype)), rounded.get(grade, as_it_is)
    return summed(
        call,
        in_order(at("products", inner), at("sums", inner)),
        inputs=lambda array: flush(change(array)),
        accumulator=dtype_of(inner.name),
        result=result,
    )


def drawn(random: np.random.Generator, shape: tuple[int, ...], exponent: int, dtype: str) -> Array:
    values = (1 + random.random(shape)) * random.choice([-1.0, 1.0], shape)
    array: Array = np.ldexp(values, exponent).astype(dtype_of(dtype))
    return array


def exponents(grade: str, dtype: str, place: str) -> tuple[int, int]:
    """Of input and weight, so that what is flushed lies about the smallest normal number."""
    if place == "inputs":
        numbers = read(grade, dtype)
        return numbers.min_exponent - 2, min(-numbers.min_exponent, numbers.max_exponent - 8)
    whole = (FORMATS[dtype] if place in (*OF_RESULTS, "everywhere") else held(grade, dtype)).min_exponent
    first = max(whole // 2, read(grade, dtype).min_exponent)
    return first, max(whole - first, read(grade, dtype).min_exponent)


def calls(grade: str, dtype: str, place: str) -> list[Call]:
    random = np.random.default_rng(7)
    of_x, of_w = exponents(grade, dtype, place)
    found = []
    for kernel, channels, bias in (((3, 3), 2, False), ((1, 2), 1, True), ((1, 1), 3, False), ((3, 2), 3, True)):
        for shift in (-2, 0, 2):
            x = drawn(random, (1, channels, 7, 8), of_x + shift * (place != "inputs"), dtype)
            x[random.random(x.shape) < 0.5] = 0
            w = drawn(random, (2, channels, *kernel), of_w, dtype)
            b = drawn(random, (2,), of_x + of_w + shift, dtype) if bias else None
            found.append(Call(x, w, b))
    return found


def law(call: Call, grade: str, *, flushed: bool) -> Allowed:
    placement: Any = {"stride": (1, 1), "dilation": (1, 1), "groups": 1, "pads": ((0, 0), (0, 0))}
    placement["padding_mode"] = "zeros"
    accuracy = accuracy_class(grade, call.input.dtype.name)
    return law_of(call.input, call.weight, call.bias, placement, accuracy, flushed=flushed)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("dtype", "grade"), [(dtype, grade) for dtype in DTYPES for grade in class_names(dtype)])
def test_a_convolution_that_flushes(dtype: str, grade: str, place: str) -> None:
    refused = []
    for call in calls(grade, dtype, place):
        answer = convolved(call, grade, dtype, place)
        assert not compare(answer, law(call, grade, flushed=True)).wrong.any()
        refused.append(compare(answer, law(call, grade, flushed=False)).wrong.any())
    assert any(refused) == shows(grade, dtype, place)


def gradients(x: Array, w: Array, gy: Array, grade: str, place: str) -> tuple[Array, Array]:
    """Of a convolution without padding and strides, by sums for every image and every tap that are added up."""
    dtype = x.dtype.name
    own = FORMATS[dtype]
    parted = grade == "R-acc16"
    inner = gradient_class(grade, dtype).accumulator

    def at(name: str, numbers: Format) -> Change:
        return flushing(numbers) if place in (name, "everywhere") else as_it_is

    def part(input: Array, weight: Array) -> Array:
        arithmetic = grade if not parted else "A"
        rounded = convolved(Call(input, weight), arithmetic, dtype, place if place not in ("parts", "result") else "")
        return at("parts", own)(rounded)

    def added(parts: list[Array]) -> Array:
        total = parts[0]
        for other in parts[1:]:
            total = at("sums of parts", own)((total + other).astype(x.dtype))
        return at("result", own)(total)

    assert inner == held("A", dtype)
    images = [(x[n : n + 1].swapaxes(0, 1), gy[n : n + 1].swapaxes(0, 1)) for n in range(len(x))]
    KH, KW = w.shape[2:]
    wide = np.pad(gy, [(0, 0), (0, 0), (KH - 1, KH - 1), (KW - 1, KW - 1)])
    turned = w[:, :, ::-1, ::-1].swapaxes(0, 1)
    H, W = x.shape[2:]
    if not parted:
        of_weight = part(x.swapaxes(0, 1), gy.swapaxes(0, 1))
        return added([part(wide, turned)]), added([of_weight]).swapaxes(0, 1)
    taps = [
        part(wide[:, :, kh : kh + H, kw : kw + W], turned[:, :, kh : kh + 1, kw : kw + 1])
        for kh, kw in np.ndindex(KH, KW)
    ]
    return added(taps), added([part(*image) for image in images]).swapaxes(0, 1)


@pytest.mark.parametrize("place", PART_PLACES)
@pytest.mark.parametrize(
    ("dtype", "grade"), [(dtype, grade) for dtype in DTYPES for grade in class_names(f"{dtype}/gradients")]
)
def test_gradients_that_flush(dtype: str, grade: str, place: str) -> None:
    random = np.random.default_rng(8)
    refused = []
    arithmetic = "A" if grade == "R-acc16" else grade
    of_x, of_w = exponents(arithmetic, dtype, place)
    for shift in (-2, 0, 2):
        x = drawn(random, (6, 2, 4, 5), of_x + shift * (place != "inputs"), dtype)
        x[random.random(x.shape) < 0.5] = 0
        w, gy = drawn(random, (2, 2, 2, 3), of_x, dtype), drawn(random, (6, 2, 3, 3), of_w, dtype)
        gy[random.random(gy.shape) < 0.5] = 0
        answers = gradients(x, w, gy, grade, place)
        g = Call(x, w).geometry
        for flushed in (True, False):
            allowed = laws(g, x, w, None, gy, gradient_class(grade, dtype), flushed=flushed)
            wrong = [compare(a.reshape(h.high.shape), h).wrong.any() for a, h in zip(answers, allowed, strict=True)]
            if flushed:
                assert not any(wrong)
            else:
                refused.extend(wrong)
    assert any(refused) == (shows(arithmetic, dtype, place) and (grade == "R-acc16" or place != "sums of parts"))


def test_many_parts_may_be_flushed_together() -> None:
    """64 parts of 2^-15, each of them subnormal in float16."""
    x, w = np.full((64, 1, 1, 1), 2.0**-7, np.float16), np.ones((1, 1, 1, 1), np.float16)
    gy = np.full((64, 1, 1, 1), 2.0**-8, np.float16)
    for flushed in (True, False):
        allowed = laws(Call(x, w).geometry, x, w, None, gy, gradient_class("R-acc16", "float16"), flushed=flushed)[1]
        zero = np.zeros(allowed.high.shape, np.float16)
        assert compare(zero, allowed).wrong.all() == (not flushed)
