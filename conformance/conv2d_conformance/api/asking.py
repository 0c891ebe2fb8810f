"""A call of conv2d as a question of the suite."""

from __future__ import annotations

from typing import Any

from conv2d_conformance.api.arrays import operand
from conv2d_conformance.law.classes import accuracy_class
from conv2d_conformance.verdict.given import Given, given
from conv2d_reference.arguments import resolve, resolve_attributes


def asked(input: Any, weight: Any, bias: Any, grade: str | None, attributes: dict[str, Any]) -> Given:
    """The question. ValueError or TypeError, with the sentence of the reference, where the call is illegal."""
    arrays = {"input": operand("input", input), "weight": operand("weight", weight)}
    both = {**arrays, "bias": None if bias is None else operand("bias", bias)}
    shapes = [None if array is None else array.shape for array in both.values()]
    dtypes = [array.dtype for array in both.values() if array is not None]
    if grade is not None:
        accuracy_class(grade, dtypes[0].name)
    g = resolve(shapes[0] or (), shapes[1] or (), shapes[2], dtypes=dtypes, **attributes)
    return given(g, resolve_attributes(**attributes), both, grade)
