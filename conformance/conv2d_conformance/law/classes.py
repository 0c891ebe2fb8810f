"""Accuracy classes: how much each single operation of an implementation may err.

    class                    product  addition  neighbours  accumulator
    A       float32, 64      u        u         1           the dtype        IEEE, any order, with or without FMA
            16-bit           0        2^-24     1           float32
    A-tc    float32, 64      2u       2u        2           the dtype        matrix engines, directed rounding
            16-bit           0        2*2^-24   2           float32
    R-bf16x9, R-bf16x6,      0        2*2^-24   2           float32          float32 products from pieces (`pieces`)
    R-tf32x3, R-bf16x3
    R-tf32, R-fp16, R-bf16   0        2*2^-24   2           float32          float32 inputs, rounded first
    R-acc16 16-bit           2u       2u        2           the dtype        16-bit accumulation
    B2, B4, B6               as A, and by the transforms of `winograd`
    C                        as A, and by the transforms of `fourier`

`u` is the unit of the dtype. Products of 16-bit numbers are exact in float32. An addition that is rounded to either
neighbour errs by at most 2u, and so does each addition of a matrix engine's block (`faithful`).

Directed rounding gives either neighbour, and so does double rounding, say through 80 bits to float64. Where it changes
the result, A refuses it and A-tc accepts it.

The classes have no single order. An answer that is right in a class is right in those that contain it: all contain A,
all R contain A-tc, and R-fp16 and R-bf16, which round inputs no less, contain R-tf32. Pieces add more numbers than
there are products, so their bounds are not always below that of R-tf32; nor are those of B and C above all R.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from conv2d_conformance.contract.formats import FORMATS, TF32, Format
from conv2d_conformance.contract.grades import IN_PIECES, ROUNDED_INPUTS, TILES, TRANSFORMS, class_names, is_wide
from conv2d_conformance.law import faithful
from conv2d_conformance.law.pieces import Pieces


@dataclass(frozen=True, slots=True)
class AccuracyClass:
    """The relative errors allowed for each product and each addition, and the formats that hold them.

    neighbours: 1 where a result is rounded to nearest, 2 where it may be either neighbour.
    accumulator: the format of products and sums. output: the format of the result.
    input: the format to which the inputs may be rounded first, to either neighbour; None where they are kept.
    pieces: how many numbers of that format stand for an input; None where one does.
    tile: the largest output tile of a Winograd transform; None without a transform.
    by_fourier: whether the products may be computed in the domain of the Fourier transform.
    """

    name: str
    product: float
    addition: float
    neighbours: int
    accumulator: Format
    output: Format
    input: Format | None = None
    pieces: Pieces | None = None
    tile: int | None = None
    by_fourier: bool = False

    @property
    def is_narrowed(self) -> bool:
        """Whether the result is rounded from the accumulator to a narrower format."""
        return self.accumulator != self.output

    @property
    def transforms(self) -> bool:
        """Whether data may be transformed, so that no element is a sum of its own products alone."""
        return self.tile is not None or self.by_fourier

    @property
    def keeps_all(self) -> bool:
        """Whether products and sums have at least the bits of the dtype and of float32."""
        return self.input is None and not self.transforms and self.accumulator.precision >= SINGLE.precision

    @property
    def kept_bits(self) -> int:
        """The bits up to which integers reach the products unchanged."""
        return (self.input or self.output).precision


SINGLE = FORMATS["float32"]
SPLIT_INPUTS = {
    "R-bf16x9": (FORMATS["bfloat16"], Pieces(3, 6)),
    "R-bf16x6": (FORMATS["bfloat16"], Pieces(3, 4)),
    "R-tf32x3": (TF32, Pieces(2, 3)),
    "R-bf16x3": (FORMATS["bfloat16"], Pieces(2, 3)),
}
"""Named by the number of products. Others count pieces: oneMKL's float_to_bf16x3 and x2 are R-bf16x6 and R-bf16x3."""


@cache
def accuracy_class(name: str, dtype: str) -> AccuracyClass:
    """The class of this name for a dtype. ValueError where the dtype has no such class."""
    if name not in class_names(dtype):
        raise ValueError(f"{dtype} has no class {name}; it has {', '.join(class_names(dtype))}")
    own = FORMATS[dtype]
    accumulator = own if is_wide(dtype) else SINGLE
    exact = 0.0 if not is_wide(dtype) else own.unit
    if name in ("A", *TRANSFORMS):
        tile, by_fourier = TILES.get(name), name == "C"
        return AccuracyClass(name, exact, accumulator.unit, 1, accumulator, own, tile=tile, by_fourier=by_fourier)
    if name == "A-tc":
        return AccuracyClass(name, 2 * exact, faithful.rounding(accumulator), 2, accumulator, own)
    if name in IN_PIECES:
        piece, pieces = SPLIT_INPUTS[name]
        return AccuracyClass(name, 0.0, faithful.rounding(SINGLE), 2, SINGLE, own, input=piece, pieces=pieces)
    if name in ROUNDED_INPUTS:
        return AccuracyClass(name, 0.0, faithful.rounding(SINGLE), 2, SINGLE, own, input=ROUNDED_INPUTS[name])
    return AccuracyClass(name, faithful.rounding(own), faithful.rounding(own), 2, own, own)


def contained_in(name: str) -> frozenset[str]:
    """The classes that a class contains: an answer that is right in one of them is right in it."""
    if name == "A":
        return frozenset()
    if name == "A-tc" or name in TRANSFORMS:
        return frozenset({"A", *(tiles for tiles in TILES if TILES[tiles] < TILES.get(name, 0))})
    return frozenset({"A", "A-tc"} | ({"R-tf32"} if name in ("R-fp16", "R-bf16") else set()))
