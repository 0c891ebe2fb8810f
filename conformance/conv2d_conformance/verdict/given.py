"""A question whose arrays somebody already has, of any origin and size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from conv2d_conformance.cases.case import LETTERS, Case, Elements, Recipe
from conv2d_conformance.cases.geometry import products
from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.contract.answers import Request
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.verdict.question import Question
from conv2d_reference.arguments import Attributes, Geometry

MOST_WRITTEN = 24
"""So many elements are written into a line that a person reads."""


@dataclass
class Given(Question):
    """A legal call of conv2d with `arrays` in the place of those that its case would make."""

    arrays: Mapping[str, Array | None] = field(default_factory=dict, kw_only=True)

    @cached_property
    def request(self) -> Request:
        """The call, of whatever size: the arrays are there already."""
        return Request(
            operation=self.case.operation,
            arguments=self.case.arguments,
            arrays=dict(self.arrays),
            products=products(self.geometry),
            line=format_case(self.case),
        )

    @property
    def is_rebuilt_by_its_line(self) -> bool:
        """Whether the case has the very elements that were given, so that its line alone rebuilds the call."""
        return isinstance(self.case.data, Elements)


def given(g: Geometry, attributes: Attributes, arrays: Mapping[str, Array | None], grade: str | None) -> Given:
    """The question that a legal call asks. Its case has the elements themselves, where they are few."""
    few = sum(int(np.count_nonzero(array)) for array in arrays.values() if array is not None) <= MOST_WRITTEN
    dtype = next(array.dtype.name for array in arrays.values() if array is not None)
    case = Case(
        N=g.N,
        C=g.C,
        H=g.H,
        W=g.W,
        M=g.M,
        KH=g.KH,
        KW=g.KW,
        stride=attributes.stride,
        padding=attributes.padding,
        dilation=attributes.dilation,
        groups=attributes.groups,
        padding_mode=attributes.padding_mode,
        bias=arrays["bias"] is not None,
        dtype=dtype,
        data=_elements(arrays) if few else Recipe(),
    )
    return Given(case, grade=grade, arrays=arrays)


def _elements(arrays: Mapping[str, Array | None]) -> Elements:
    """All elements that are not a positive zero."""
    entries: list[tuple[str, tuple[int, ...], float]] = []
    for name, array in arrays.items():
        if array is None:
            continue
        values: Any = array.astype(np.float64)
        places = np.argwhere((values != 0) | np.signbit(values))
        entries += [(LETTERS[name], tuple(map(int, place)), float(values[tuple(place)])) for place in places]
    return Elements(tuple(entries))
