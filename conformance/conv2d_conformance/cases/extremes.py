"""Sums of thousands of products, and numbers at both ends of the range: there an arithmetic shows its limits."""

from __future__ import annotations

from collections.abc import Iterator

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.formats import DTYPES, FORMATS

# ---- long sums ---------------------------------------------------------------------------------------------------

_LENGTHS = {
    512: "n1c512h2w3 m3k1",
    521: "n1c521h2w3 m3k1",
    1152: "n1c128h4w5 m3k3",
    1161: "n1c129h4w5 m3k3",
    4608: "n1c512h4w5 m3k3",
    4617: "n1c513h4w5 m3k3",
    18432: "n1c2048h4w4 m2k3",
    18441: "n1c2049h4w4 m2k3",
}
"""K = C * KH * KW: lengths from networks, and lengths just above multiples of 8 and of 512."""

_INTEGERS = {"float32": "integers", "float64": "integers*500000", "float16": "integers*4", "bfloat16": "integers*1"}
"""The largest integers whose sums stay exact at K = 18441; in 16-bit types nearly all sums do."""


def _deep() -> Iterator[Case]:
    for dtype in DTYPES:
        for number, (length, shape) in enumerate(_LENGTHS.items()):
            bias = "bias" if number % 2 else "nobias"
            dense = length < (600 if dtype.endswith("16") else 2048)  # in longer sums the bound hides a product
            for recipe in (_INTEGERS[dtype], "odd", "few", *(["uniform"] if dense else [])):
                yield parse(f"{shape} {bias} {dtype} {recipe}:{number}")


DEEP = tuple(_deep())
"""These show a dropped tap or block, also beyond the 512th product, and sums with fewer bits than they need."""

ALONE = tuple(
    parse(f"n1c1h13w14 m3k{kernel} p1 {dtype} impulse:{row * 14 + column}")
    for dtype in DTYPES
    for kernel, row, column in (("3x3", 6, 7), ("3x3", 3, 4), ("5x3", 9, 2))
)
"""A single pixel of a plane: an algorithm that works on tiles disturbs outputs as far away as a tile reaches."""

BESIDE = tuple(
    parse(f"n6c1h{size} m2k3 p1 {dtype} lone-pixel:{first}")
    for dtype in DTYPES
    for size, first in (("9w10", 41), ("10w7", 30))
)
"""The same with all bits drawn, in six places in turn: no tile of up to six cells has an edge that hides them all."""

_BOX = " ".join(f"w[0,0,{row},{column}]=0.3" for row in range(3) for column in range(3))

UNEVEN = tuple(
    map(
        parse,
        (
            "n1c64h8w8 m64k1 float32 scaled:1",
            "n1c8h8w8 m64k3 p1 float32 scaled:2",
            "n1c64h8w8 m64k1 float64 scaled:3",
            f"n1c1h24w26 m1k3 float32 uniform:4 x[0,0,0,0]=1000000 {_BOX}",
            f"n1c1h24w26 m1k3 float64 uniform:5 x[0,0,0,0]=1000000 {_BOX}",
        ),
    )
)
"""Where an error that is small beside the largest result is large beside its own: of Strassen's products of matrices,
which mix channels of very different size, and of running sums, with which a filter of equal taps can be computed."""

# ---- the largest numbers -----------------------------------------------------------------------------------------


def _overflowing() -> Iterator[Case]:
    for dtype, numbers in FORMATS.items():
        largest, top = numbers.largest, 2.0**numbers.max_exponent
        pixel = f"n1c1h1w2 m1k1 {dtype} w[0,0,0,0]"
        yield parse(f"{pixel}=1 x[0,0,0,0]={largest!r} x[0,0,0,1]={-largest!r}")  # the largest numbers
        yield parse(f"{pixel}=4 x[0,0,0,0]={top!r} x[0,0,0,1]={-top / 8!r}")  # one product too large, one not
        yield parse(f"{pixel}=-0.5 x[0,0,0,0]={largest!r} x[0,0,0,1]=3")
        third = 2.0 ** (numbers.max_exponent // 3)  # large, but no transform of it overflows
        yield parse(f"{pixel}={third!r} x[0,0,0,0]={third!r} x[0,0,0,1]={-third!r}")
        triple = f"n1c3h1w1 m1k1 {dtype} w[0,0,0,0]=1 w[0,1,0,0]=1"
        yield parse(f"{triple} w[0,2,0,0]=1 x[0,0,0,0]={top / 2!r} x[0,1,0,0]={top / 4!r} x[0,2,0,0]={-top / 2!r}")
        if dtype == "float16":  # a partial sum, or the result, overflows; float32 holds it
            yield parse(f"{triple} w[0,2,0,0]=-1 x[0,0,0,0]=60000 x[0,1,0,0]=60032 x[0,2,0,0]=60064")
            yield parse(f"{triple} w[0,2,0,0]=1 x[0,0,0,0]=60000 x[0,1,0,0]=60032 x[0,2,0,0]=60064")
        for number, shape in enumerate(("n2c3h5w6 m2k3x2 p1x0", "n1c4h5w5 m4k3 g2 p1", "n1c16h4w4 m2k1")):
            yield from (parse(f"{shape} {dtype} {recipe}:{number}") for recipe in ("near-overflow", "tosa1", "tosa5"))
        yield parse(f"n2c3h5w6 m2k3 p1 bias {dtype} near-overflow:3")
        yield parse(f"n1c5h9w8 m2k3x2 s3x2 bias {dtype} tosa1:4")


OVERFLOWING = tuple(_overflowing())
"""Results that are infinite, and results that must not be, from data whose squares or transforms overflow."""

# ---- the smallest numbers ----------------------------------------------------------------------------------------


def _subnormal() -> Iterator[Case]:
    for dtype, numbers in FORMATS.items():
        normal, tiny, bits = numbers.normal, numbers.tiny, numbers.precision
        pixel = f"n1c1h1w2 m1k1 {dtype} w[0,0,0,0]"
        yield parse(f"{pixel}=1 x[0,0,0,0]={normal!r} x[0,0,0,1]={-2 * normal!r}")  # normal: flushing keeps them
        if dtype == "float32":  # normal even after rounding to float16
            yield parse(f"{pixel}=1 x[0,0,0,0]={2.0**-14} x[0,0,0,1]={-(2.0**-13)}")
        yield parse(f"{pixel}=1 x[0,0,0,0]={tiny!r} x[0,0,0,1]={-3 * tiny!r}")
        yield parse(f"{pixel}={2.0**bits!r} x[0,0,0,0]={tiny!r} x[0,0,0,1]={normal - tiny!r}")  # only the input
        yield parse(f"{pixel}=0.5 x[0,0,0,0]={normal!r} x[0,0,0,1]={-3 * normal / 2!r}")  # only the result
        yield parse(f"{pixel}={tiny!r} x[0,0,0,0]=1 x[0,0,0,1]=-3")
        yield parse(f"{pixel}={5 * tiny!r} x[0,0,0,0]={2.0**bits!r} x[0,0,0,1]={2.0 ** (bits + 1)!r}")  # the weight
        pair = f"n1c2h1w1 m1k1 {dtype} w[0,0,0,0]=0.5 w[0,1,0,0]=0.5"
        yield parse(f"{pair} x[0,0,0,0]={normal!r} x[0,1,0,0]={normal * 1.5!r}")  # only the products
        yield parse(f"n1c1h1w2 m1k1 bias {dtype} w[0,0,0,0]=1 b[0]={-normal / 2!r} x[0,0,0,1]={normal!r}")
        # The last two fill vectors and tiles: flushing may be set for their code alone, or for the threads that run it.
        small = ("n2c3h5w6 m2k3x2 p1x0", "n1c4h5w5 m4k3 g2 p1", "n1c8h4w4 m2k1", "n1c2h6w7 m2k5 p2")
        for number, shape in enumerate((*small, "n2c3h6w35 m17k3 p1", "n1c32h6w9 m33k1")):
            yield parse(f"{shape} {dtype} subnormal:{number}")


SUBNORMAL = tuple(_subnormal())
"""Inputs, weights, products, sums, biases and results below the smallest normal number, one at a time, then all."""
