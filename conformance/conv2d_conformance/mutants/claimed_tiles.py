"""Winograd's algorithm that breaks its claims: it uses larger tiles, or flushes subnormals."""

from __future__ import annotations

import ml_dtypes
import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.formats import flushing, format_of
from conv2d_conformance.emulation.winograd import winograd_tiles
from conv2d_conformance.mutants import breaks


@breaks("numerics.grade", grades={"float32": "B4"})
def tiles_of_6_under_the_name_of_4(call: Call) -> Array:
    """a conv2d by Winograd's algorithm that claims tiles of 4 in float32 and uses tiles of 6"""
    return winograd_tiles(call, 6) if call.input.dtype == np.float32 else call.right()


@breaks("numerics.grade", grades={"float64": "B2"})
def tiles_of_4_under_the_name_of_2(call: Call) -> Array:
    """a conv2d by Winograd's algorithm that claims tiles of 2 in float64 and uses tiles of 4 for 3 x 3"""
    return _for_3_by_3(call, 4) if call.input.dtype == np.float64 else call.right()


@breaks("numerics.grade", grades={"float16": "B4"})
def tiles_of_6_under_the_name_of_4_in_float16(call: Call) -> Array:
    """a conv2d by Winograd's algorithm that claims tiles of 4 in float16 and uses tiles of 6 for 3 x 3"""
    return _for_3_by_3(call, 6) if call.input.dtype == np.float16 else call.right()


@breaks("numerics.grade", grades={"bfloat16": "B2"})
def tiles_of_4_under_the_name_of_2_in_bfloat16(call: Call) -> Array:
    """a conv2d by Winograd's algorithm that claims tiles of 2 in bfloat16 and uses tiles of 4 for 3 x 3"""
    return _for_3_by_3(call, 4) if call.input.dtype == ml_dtypes.bfloat16 else call.right()


@breaks("numerics.subnormals", grades=dict.fromkeys(DTYPES, "B2"))
def subnormals_lost_before_transforms(call: Call) -> Array:
    """a conv2d by Winograd's algorithm with tiles of 2 that takes subnormal data for zero"""
    return winograd_tiles(call, 2, inputs=flushing(format_of(call)))


def _for_3_by_3(call: Call, tile: int) -> Array:
    g = call.geometry
    return winograd_tiles(call, tile if (g.KH, g.KW) == (3, 3) else 2)
