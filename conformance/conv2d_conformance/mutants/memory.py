"""More faults in the side effects of a call on memory."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.mutants import breaks


@breaks("memory.inputs-unchanged")
def bias_consumed(call: Call) -> Array:
    """a conv2d that adds the bias by accumulating into it"""
    result = call.right()
    if call.bias is not None:
        call.bias[:1] += 1
    return result


@breaks("memory.inputs-unchanged")
def negative_zeros_cleaned(call: Call) -> Array:
    """a conv2d that leaves 0 for each -0 of its weight"""
    result = call.right()
    if call.weight.flags.writeable:
        call.weight[...] += call.weight.dtype.type(0)
    return result


@breaks("memory.guards-unchanged")
def writes_before_the_weight(call: Call) -> Array:
    """a conv2d that writes one element before its weight"""
    result = call.right()
    backwards = np.lib.stride_tricks.as_strided(call.weight, (2,), (-call.weight.itemsize,))
    backwards[1] = 0
    return result


@breaks("memory.result-owns-memory")
def identity_returns_the_input(call: Call) -> Array:
    """a conv2d that returns the input itself where every kernel is a single 1"""
    result: Array = call.right()
    return np.asarray(call.input) if np.array_equal(result, call.input) and result.size else result


_LAST: list[Array] = []


@breaks("memory.results-independent")
def earlier_result_cleared(call: Call) -> Array:
    """a conv2d that clears the result of the call before"""
    for earlier in _LAST:
        earlier[...] = 0
    _LAST[:] = [call.right()]
    return _LAST[0]
