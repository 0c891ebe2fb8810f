"""Tails of one length: what is left over from whole vectors of 16 is right, but for one number of lanes."""

from __future__ import annotations

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.mutants import breaks

LANES = 16


def has_tail(size: int, lanes: int) -> bool:
    """Whether so many are left over from whole vectors."""
    return size > LANES and size % LANES == lanes


@breaks("values.every-size")
def tail_of_five_columns_loses_one(call: Call) -> Array:
    """a conv2d whose last column is zero where 16 n + 5 are asked for"""
    result = call.right()
    if has_tail(call.geometry.OW, 5):
        result[..., -1] = 0
    return result


@breaks("values.every-size")
def tail_of_three_filters_loses_one(call: Call) -> Array:
    """a conv2d whose last filter is zero where there are 16 n + 3"""
    result = call.right()
    if has_tail(call.geometry.M, 3):
        result[..., -1, :, :] = 0
    return result


@breaks("values.every-size")
def tail_of_six_rows_loses_one(call: Call) -> Array:
    """a conv2d whose last row is zero where 16 n + 6 are asked for"""
    result = call.right()
    if has_tail(call.geometry.OH, 6):
        result[..., -1, :] = 0
    return result


@breaks("values.every-size")
def tail_of_eleven_images_repeats_one(call: Call) -> Array:
    """a conv2d whose last image repeats the one before where there are 16 n + 11"""
    result = call.right()
    if call.geometry.N is not None and has_tail(call.geometry.N, 11):
        result[-1] = result[-2]
    return result
