"""Float32 products from products of shorter formats, as vendors ship them, each under the claim of its own grade.

Infinity times a piece that is 0 would be NaN, so these variants do not claim `non_finite`.
"""

from __future__ import annotations

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation import orders, pieces
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.variants.variant import variant


@variant(grades={"float32": "R-tf32x3"}, non_finite=False)
def tf32_by_3(call: Call) -> Array:
    """3 products of 2 TF32 pieces, rounded, the small ones first."""
    return pieces.one_after_the_other(call, pieces.TF32, pieces.THREE)


@variant(grades={"float32": "R-tf32x3"}, non_finite=False)
def tf32_by_3_cut(call: Call) -> Array:
    """3 products of 2 TF32 pieces that are cut, tap by tap, in blocks of 8 that are aligned and cut."""
    return pieces.tap_by_tap(call, pieces.TF32_CUT, pieces.THREE, orders.aligned(8))


@variant(grades={"float32": "R-bf16x3"}, non_finite=False)
def bfloat16_by_3(call: Call) -> Array:
    """3 products of 2 bfloat16 pieces, the large one first."""
    return pieces.one_after_the_other(call, pieces.BFLOAT16, reversed(pieces.THREE))


@variant(grades={"float32": "R-bf16x3"}, non_finite=False)
def bfloat16_by_3_cut(call: Call) -> Array:
    """3 products of 2 bfloat16 pieces that are cut, tap by tap."""
    return pieces.tap_by_tap(call, pieces.BFLOAT16_CUT, pieces.THREE)


@variant(grades={"float32": "R-bf16x6"}, non_finite=False)
def bfloat16_by_6(call: Call) -> Array:
    """6 products of 3 bfloat16 pieces, the small ones first."""
    return pieces.one_after_the_other(call, pieces.BFLOAT16, pieces.SIX)


@variant(grades={"float32": "R-bf16x6"}, non_finite=False)
def bfloat16_by_6_cut(call: Call) -> Array:
    """6 products of 3 bfloat16 pieces that are cut, tap by tap, in blocks of 16 that are aligned and cut."""
    return pieces.tap_by_tap(call, pieces.BFLOAT16_CUT, pieces.SIX, orders.aligned(16))


@variant(grades={"float32": "R-bf16x9"}, non_finite=False)
def bfloat16_by_9(call: Call) -> Array:
    """9 products of 3 bfloat16 pieces, the large ones first."""
    return pieces.one_after_the_other(call, pieces.BFLOAT16, reversed(pieces.NINE))


@variant(grades={"float32": "R-bf16x9"}, non_finite=False)
def bfloat16_by_9_cut(call: Call) -> Array:
    """9 products of 3 bfloat16 pieces that are cut, tap by tap, the bias after them."""
    return pieces.tap_by_tap(call, pieces.BFLOAT16_CUT, pieces.NINE, orders.pairwise)


VARIANTS = (
    *(tf32_by_3, tf32_by_3_cut, bfloat16_by_3, bfloat16_by_3_cut),
    *(bfloat16_by_6, bfloat16_by_6_cut, bfloat16_by_9, bfloat16_by_9_cut),
)
