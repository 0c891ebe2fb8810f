"""Faults in the numbers of derivatives, in their use of memory, and in the state that they keep."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.gradients_call import Derived, Gradients
from conv2d_conformance.mutants import derives_wrong

# ---- numbers


def shortened(array: Array, bits: int) -> Array:
    mantissa, exponent = np.frexp(array.astype(np.float64))
    rounded: Array = np.ldexp(np.rint(np.ldexp(mantissa, bits)), exponent - bits).astype(array.dtype)
    return rounded


@derives_wrong("gradients.exact-where-exact")
def integers_of_few_bits(d: Derived) -> Gradients:
    """gradients in which grad_output is rounded to 3 bits"""
    return d.right(grad_output=shortened(d.grad_output, 3))


@derives_wrong("gradients.exact-where-exact")
def weight_kept_in_few_bits(d: Derived) -> Gradients:
    """gradients in which that of the weight is rounded to 7 bits"""
    gx, gw, gb = d.right()
    return gx, shortened(gw, 7), gb


@derives_wrong("gradients.bound")
def inputs_rounded_in_gradients(d: Derived) -> Gradients:
    """gradients in which the input and the weight are rounded to 6 bits"""
    return d.right(input=shortened(d.call.input, 6), weight=shortened(d.call.weight, 6))


@derives_wrong("gradients.bound")
def a_small_product_is_lost(d: Derived) -> Gradients:
    """gradients in which that of the weight lacks the last element of grad_output"""
    gx, _, gb = d.right()
    gy = d.grad_output.copy()
    gy[..., -1, -1] = 0
    return gx, d.right(grad_output=gy)[1], gb


# ---- memory and state


@derives_wrong("gradients.inputs-unchanged")
def negative_zeros_of_grad_output_cleaned(d: Derived) -> Gradients:
    """gradients that leave 0 for each -0 of grad_output"""
    found, given = d.right(), d.grad_output
    if given.flags.writeable:
        given[...] += given.dtype.type(0)
    return found


@derives_wrong("gradients.inputs-unchanged")
def grad_output_scaled_in_place(d: Derived) -> Gradients:
    """gradients that leave grad_output negated"""
    found = d.right()
    np.negative(d.grad_output, out=d.grad_output, where=np.asarray(d.grad_output.flags.writeable))
    return found


@derives_wrong("gradients.inputs-unchanged")
def weight_updated(d: Derived) -> Gradients:
    """gradients that are subtracted from the weight at once"""
    gx, gw, gb = d.right()
    weight = d.call.weight
    if weight.flags.writeable:
        weight -= gw
    return gx, gw, gb


@derives_wrong("gradients.results-own-memory")
def grad_output_returned(d: Derived) -> Gradients:
    """gradients that return grad_output itself where it is the gradient of the input"""
    gx, gw, gb = d.right()
    same = gx.shape == d.grad_output.shape and bool((gx == d.grad_output).all())
    return d.grad_output if same else gx, gw, gb


BUFFERS: dict[tuple[Any, ...], Array] = {}


@derives_wrong("gradients.results-own-memory")
def weight_in_a_buffer(d: Derived) -> Gradients:
    """gradients that return that of the weight in the same buffer every time"""
    gx, gw, gb = d.right()
    buffer = BUFFERS.setdefault(("weight", gw.shape, gw.dtype.name), np.empty_like(gw))
    buffer[...] = gw
    return gx, buffer, gb


@derives_wrong("gradients.results-own-memory")
def all_in_one_block(d: Derived) -> Gradients:
    """gradients of which that of the bias is a view of that of the weight where they are equal"""
    gx, gw, gb = d.right()
    rows = gw.reshape(len(gw), -1)
    return gx, gw, rows[:, 0] if gb is not None and bool((rows[:, 0] == gb).all()) else gb


SUMS: dict[tuple[Any, ...], Array] = {}


@derives_wrong("gradients.no-state")
def added_to_the_earlier_ones(d: Derived) -> Gradients:
    """gradients of the weight that are added up from call to call, as long as the weight is the same"""
    gx, gw, gb = d.right()
    key = (d.call.weight.tobytes(), gw.shape, gw.dtype.name)
    SUMS[key] = SUMS.get(key, np.zeros_like(gw)) + gw
    return gx, SUMS[key].copy(), gb


KNOWN: dict[tuple[Any, ...], Array] = {}


@derives_wrong("gradients.no-state")
def remembered_by_grad_output(d: Derived) -> Gradients:
    """gradients of the input that are remembered by the grad_output they came from"""
    gx, gw, gb = d.right()
    key = (d.grad_output.tobytes(), gx.shape, gx.dtype.name)
    return KNOWN.setdefault(key, gx.copy()).copy(), gw, gb


CALLS = itertools.count()


@derives_wrong("gradients.repeatable")
def weight_by_atomics(d: Derived) -> Gradients:
    """gradients of the weight whose last bit changes from call to call"""
    gx, gw, gb = d.right()
    return gx, np.nextafter(gw, np.full_like(gw, np.inf)) if next(CALLS) % 2 else gw, gb
