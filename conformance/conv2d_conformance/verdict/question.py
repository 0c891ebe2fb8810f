"""A case made ready to be asked: the call, whether it is legal, and what may come back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.data import call, exposes
from conv2d_conformance.implementation.answers import Array, Request
from conv2d_conformance.law.bound import Allowed, allowed
from conv2d_conformance.law.classes import class_a
from conv2d_conformance.law.formats import FORMATS
from conv2d_reference.arguments import Geometry, resolve
from conv2d_reference.oracle import sums


@dataclass
class Question:
    """One case, and lazily everything that follows from it alone."""

    case: Case

    @cached_property
    def request(self) -> Request:
        arguments, arrays = call(self.case)
        return Request("conv2d", arguments, arrays, self.case.view)

    @cached_property
    def illegal_because(self) -> str | None:
        """Why the call must be rejected, in the words of the reference; None where it is legal."""
        return self._resolved if isinstance(self._resolved, str) else None

    @property
    def geometry(self) -> Geometry:
        assert isinstance(self._resolved, Geometry), self._resolved
        return self._resolved

    @cached_property
    def _resolved(self) -> Geometry | str:
        arrays = {name: array for name, array in self.request.arrays.items() if array is not None}
        try:
            return resolve(
                self.input.shape,
                self.weight.shape,
                None if self.bias is None else self.bias.shape,
                dtypes=[array.dtype for array in arrays.values()],
                **self.request.arguments,
            )
        except (TypeError, ValueError) as error:
            return str(error)

    @property
    def input(self) -> Array:
        return self._array("input")

    @property
    def weight(self) -> Array:
        return self._array("weight")

    @property
    def bias(self) -> Array | None:
        return self.request.arrays["bias"]

    def _array(self, name: str) -> Array:
        array = self.request.arrays[name]
        assert array is not None, name
        return array

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the right answer."""
        g = self.geometry
        return (g.M, g.OH, g.OW) if g.N is None else (g.N, g.M, g.OH, g.OW)

    @cached_property
    def law(self) -> Allowed:
        """The allowed answers, element by element, of shape (N, M, OH, OW) with N = 1 for an unbatched input."""
        g = self.geometry
        integral = all(_is_integral(array) for array in (self.input, self.weight, self.bias))
        exact = self.case.dtype == "float64" and not integral
        found = sums(
            self.input,
            self.weight,
            stride=g.stride,
            dilation=g.dilation,
            groups=g.groups,
            pads=g.pads,
            padding_mode=g.padding_mode,
            exact=exact,
        )
        bias = None if self.bias is None else self.bias.astype(np.float64)
        return allowed(found, bias, FORMATS[self.case.dtype], class_a(self.case.dtype), integral=integral)

    @cached_property
    def exposes_faults(self) -> bool:
        """Whether the data could have shown a fault at all; an empty batch is judged by its shape."""
        return self.case.N == 0 or exposes(self.case, self.request.arrays)


def _is_integral(array: Array | None) -> bool:
    if array is None:
        return True
    values: Any = array.astype(np.float64)
    return bool((values == np.rint(values)).all())
