"""Calls with their right answers, all arrays of four axes, for the tests of full size."""

from __future__ import annotations

from typing import Any

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.data import call as call_of
from conv2d_conformance.cases.geometry import geometry
from conv2d_conformance.contract.arrays import Array, dtype_of
from conv2d_conformance.full_size.call import LargeCall, four_axes
from conv2d_reference.correlate import conv2d
from conv2d_reference.gradients_by_tap import gradients


def called(case: Case) -> LargeCall:
    """The call of a case, with its arrays."""
    _, arrays = call_of(case)
    x, w, gy = arrays["input"], arrays["weight"], arrays.get("grad_output")
    assert x is not None
    assert w is not None
    return LargeCall(geometry(case), four_axes(x), w, arrays["bias"], None if gy is None else four_axes(gy))


def right_answers(case: Case) -> dict[str, Array]:
    """The right arrays by name, for integers."""
    arguments, arrays = call_of(case)
    wide: dict[str, Any] = {name: None if array is None else array.astype("float64") for name, array in arrays.items()}
    found: dict[str, Array | None]
    if case.operation == "conv2d":
        found = {"output": conv2d(wide["input"], wide["weight"], wide["bias"], **arguments)}
    else:
        made = gradients(wide["input"], wide["weight"], wide["bias"], wide["grad_output"], **arguments)
        found = dict(zip(("grad_input", "grad_weight", "grad_bias"), made, strict=True))
    dtype = dtype_of(case.dtype)
    return {
        name: array.astype(dtype) if array.ndim in (1, 4) else array[None].astype(dtype)
        for name, array in found.items()
        if array is not None
    }
