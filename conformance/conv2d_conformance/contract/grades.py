"""The names of the accuracy classes, and which of them an adapter may claim. What each allows is in `law.classes`."""

from __future__ import annotations

from conv2d_conformance.contract.formats import FORMATS, TF32

SINGLE = FORMATS["float32"]

IN_PIECES = ("R-bf16x9", "R-bf16x6", "R-tf32x3", "R-bf16x3")
"""Float32 products made of products of shorter formats; the last digit is their number."""

ROUNDED_INPUTS = {"R-tf32": TF32, "R-fp16": FORMATS["float16"], "R-bf16": FORMATS["bfloat16"]}
"""The format to which float32 inputs are rounded."""

TILES = {"B2": 2, "B4": 4, "B6": 6}
"""The largest output tile of a Winograd transform."""

TRANSFORMS = (*TILES, "C")

MEANINGS = {
    "A": "IEEE arithmetic in any order",
    "A-tc": "as by a matrix engine, or directed rounding",
    "R-bf16x9": "9 products of 3 bfloat16 pieces for one of float32",
    "R-bf16x6": "6 products of 3 bfloat16 pieces for one of float32",
    "R-tf32x3": "3 products of 2 TF32 pieces for one of float32",
    "R-bf16x3": "3 products of 2 bfloat16 pieces for one of float32",
    "R-tf32": "inputs are rounded to the 10 bits of TF32",
    "R-fp16": "inputs are rounded to the 10 bits of float16",
    "R-bf16": "inputs are rounded to the 7 bits of bfloat16",
    "R-acc16": "sums are kept in the 16-bit type",
    "B2": "Winograd with tiles of 2",
    "B4": "Winograd with tiles of at most 4",
    "B6": "Winograd with tiles of at most 6",
    "C": "the fast Fourier transform",
}
"""The arithmetic that is right in a class and in none before it."""


def is_wide(dtype: str) -> bool:
    return FORMATS[dtype].precision >= SINGLE.precision


def default_class(dtype: str) -> str:
    """The class of an adapter that claims none: A for float32 and float64, A-tc for 16-bit types."""
    return "A" if is_wide(dtype) else "A-tc"


def class_names(subject: str) -> tuple[str, ...]:
    """The classes of a dtype, in the order in which the suite tries them.

    Another operation than conv2d, as in "float32/gradients", has those of its dtype without the transforms.
    """
    dtype, _, operation = subject.partition("/")
    if operation:
        return tuple(name for name in class_names(dtype) if name not in TRANSFORMS)
    if dtype == "float32":
        return ("A", "A-tc", *IN_PIECES, *ROUNDED_INPUTS, *TRANSFORMS)
    return ("A", "A-tc", *TRANSFORMS) if dtype == "float64" else ("A", "A-tc", "R-acc16", *TRANSFORMS)
