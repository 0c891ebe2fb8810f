"""Arithmetics of matrix engines under the claim of a better one."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation import pieces
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.formats import Change
from conv2d_conformance.mutants import breaks

ONE_SPLIT = ((1, 2), (1, 1))
"""Only the first piece of the input is multiplied with the pieces of the filter."""


def _of_pieces(call: Call, change: Change, pairs: pieces.Pairs) -> Array:
    """The sum of pieces for finite data, else the right answer: a piece of 0 times infinity is another fault."""
    if not all(np.isfinite(array.astype(np.float32)).all() for array in (call.input, call.weight)):
        return call.right()
    if call.input.dtype != np.float32:
        return call.right()
    return pieces.one_after_the_other(call, change, pairs)


@breaks("numerics.grade", grades={"float32": "R-bf16x9"})
def three_products_under_the_name_of_nine(call: Call) -> Array:
    """a conv2d that splits float32 data into two bfloat16 pieces and claims three"""
    return _of_pieces(call, pieces.BFLOAT16, pieces.THREE)


@breaks("numerics.grade", grades={"float32": "R-bf16x6"})
def three_products_under_the_name_of_six(call: Call) -> Array:
    """a conv2d that leaves the third bfloat16 piece out and claims six products"""
    return _of_pieces(call, pieces.BFLOAT16, pieces.THREE)


@breaks("numerics.grade", grades={"float32": "R-tf32x3"})
def two_products_under_the_name_of_three(call: Call) -> Array:
    """a conv2d that splits the filter into two TF32 pieces, rounds the input to one, and claims three products"""
    return _of_pieces(call, pieces.TF32, ONE_SPLIT)


@breaks("numerics.grade", grades={"float32": "R-tf32x3"})
def bfloat16_pieces_under_the_name_of_tf32(call: Call) -> Array:
    """a conv2d that splits float32 data into two bfloat16 pieces and claims pieces of TF32"""
    return _of_pieces(call, pieces.BFLOAT16, pieces.THREE)


@breaks("numerics.grade", grades={"float32": "R-bf16x3"})
def two_products_of_bfloat16_under_the_name_of_three(call: Call) -> Array:
    """a conv2d that splits the filter into two bfloat16 pieces, rounds the input to one, and claims three products"""
    return _of_pieces(call, pieces.BFLOAT16, ONE_SPLIT)
