"""Faults that show only where two threads call at once; a single thread is answered rightly.

Real races depend on luck. These are forced: a thread that is not alone waits at the place where it is vulnerable until
the other has come as far.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.mutants import breaks

PATIENCE = 2.0
"""In seconds; limited, since the other thread's call may have been refused."""


class Crossing:
    """A place where two threads meet. The main thread passes through."""

    def __init__(self) -> None:
        self._barrier = threading.Barrier(2)

    def wait(self) -> None:
        if threading.current_thread() is threading.main_thread():
            return
        try:
            self._barrier.wait(PATIENCE)
        except threading.BrokenBarrierError:
            self._barrier.reset()


_INPUT: dict[str, Array] = {"buffer": np.empty(0)}
_COPIED = Crossing()


@breaks("determinism.concurrent-calls")
def input_in_a_shared_buffer(call: Call) -> Array:
    """a conv2d that copies its input into a buffer that all threads share"""
    call.require_legal()
    size = call.input.size
    if _INPUT["buffer"].size < size:
        _INPUT["buffer"] = np.empty(size)
    _INPUT["buffer"][:size] = call.input.astype(np.float64).ravel()
    _COPIED.wait()
    copied = _INPUT["buffer"][:size].reshape(call.input.shape).astype(call.input.dtype)
    return call.right(input=copied)


_DESCRIPTOR: dict[str, Any] = {}
_DESCRIBED = Crossing()


@breaks("determinism.concurrent-calls")
def attributes_in_a_shared_descriptor(call: Call) -> Array:
    """a conv2d that keeps its stride and padding in a descriptor that all threads share"""
    call.require_legal()
    _DESCRIPTOR.update(stride=call.stride, padding=call.padding)
    _DESCRIBED.wait()
    return call.right(**_DESCRIPTOR)


_WORKSPACES: dict[Hashable, Array] = {}
_PACKED, _FREE = Crossing(), Crossing()


@breaks("determinism.concurrent-calls")
def workspace_by_the_shape_of_the_weight(call: Call) -> Array:
    """a conv2d that packs its weight into a workspace for weights of its shape, which no call outlives"""
    call.require_legal()
    key = call.weight.shape
    _WORKSPACES[key] = call.weight.copy()
    _PACKED.wait()
    packed = _WORKSPACES[key].astype(call.weight.dtype)
    _FREE.wait()
    _WORKSPACES.pop(key, None)
    return call.right(weight=packed)


_SUMS: dict[Hashable, Array] = {}
_ADDED = Crossing()


@breaks("determinism.concurrent-calls")
def shared_accumulator(call: Call) -> Array:
    """a conv2d that adds up in an accumulator for outputs of its shape, and copies the result out of it"""
    found = call.right()
    total = _SUMS.setdefault((found.shape, found.dtype.str), np.empty_like(found))
    total[...] = found
    _ADDED.wait()
    return total.copy()


_WINDOWS: dict[Hashable, Array] = {}
_GATHERED = Crossing()


@breaks("determinism.concurrent-calls")
def scratch_for_long_sums(call: Call) -> Array:
    """a conv2d that gathers for sums of more than 32 products in an array that all threads share"""
    call.require_legal()
    g = call.geometry
    if g.C // g.groups * g.KH * g.KW <= 32:
        return call.right()
    key = call.input.shape, call.input.dtype.name
    scratch = _WINDOWS.setdefault(key, np.empty_like(call.input))
    scratch[...] = call.input
    _GATHERED.wait()
    return call.right(input=scratch.copy())
