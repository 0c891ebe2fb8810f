"""A case made ready to be asked: the call, whether it is legal, and what may come back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.cost import require_affordable
from conv2d_conformance.cases.data import call, exposes
from conv2d_conformance.cases.geometry import geometry, products
from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.contract.answers import Request
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.grades import default_class
from conv2d_conformance.gradients.law import gradient_class, gradient_default, laws
from conv2d_conformance.gradients.row import row_of_laws
from conv2d_conformance.law.allowed import Allowed
from conv2d_conformance.law.bound import Operands
from conv2d_conformance.law.classes import AccuracyClass, accuracy_class
from conv2d_conformance.law.evaluate import law_of, operands_of
from conv2d_reference.arguments import Geometry

CORE_CLAIMS = Capabilities()

FORESEEN = 1 << 16
"""Products of a call of which the law takes so little time that no answer waits long for it: some milliseconds."""


def claimed_grade(claims: Capabilities, subject: str) -> str:
    """The accuracy class that an adapter claims for a dtype or its gradients ("float16/gradients"), or its default."""
    dtype, _, gradients = subject.partition("/")
    forward = claims.grades.get(dtype, default_class(dtype))
    return claims.grades.get(subject, gradient_default(dtype, forward) if gradients else forward)


@dataclass
class Question:
    """One case, and lazily everything that follows from it and from the claims: which grade, and what is flushed."""

    case: Case
    claims: Capabilities = CORE_CLAIMS
    grade: str | None = None

    @cached_property
    def request(self) -> Request:
        """The call. CaseError, before anything is allocated, where the case takes more than is possible."""
        require_affordable(self.case)
        arguments, arrays = call(self.case)
        return Request(
            operation=self.case.operation,
            arguments=arguments,
            arrays=arrays,
            view=self.case.view,
            products=0 if self.illegal_because else products(self.geometry),
            viewed=self.case.viewed,
            line=format_case(self.case),
        )

    def foreseen(self, then: Callable[[], object] = lambda: None) -> Request:
        """The call; and where that takes little, what the answer is held against is found until it comes, and more."""

        def meanwhile() -> None:
            with suppress(Exception):  # what fails here fails again where it is needed, and is told there
                _ = self.law, self.exposes_faults
                then()

        return replace(self.request, meanwhile=meanwhile) if 0 < self.request.products <= FORESEEN else self.request

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
        try:
            return geometry(self.case)
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

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """The shapes of the right gradients, of which there is none for no bias."""
        return tuple(array.shape for array in (self.input, self.weight, self.bias) if array is not None)

    @property
    def accuracy(self) -> AccuracyClass:
        """The class in which the answer is judged."""
        return self._class(self.grade or claimed_grade(self.claims, self.case.subject))

    def _class(self, grade: str) -> AccuracyClass:
        find = gradient_class if self.case.operation == "gradients" else accuracy_class
        return find(grade, self.case.dtype)

    @cached_property
    def law(self) -> Allowed:
        """The allowed answers, element by element, of shape (N, M, OH, OW) with N = 1 for an unbatched input.

        Of gradients: those of all three in one row.
        """
        return self.law_in(self.accuracy.name)

    def law_in(self, grade: str) -> Allowed:
        """What would be allowed in another class."""
        g, accuracy = self.geometry, self._class(grade)
        flushed = self.claims.subnormals.get(self.case.dtype) == "flushed"
        if self.case.operation == "gradients":
            gy = self._array("grad_output")
            found = laws(g, self.input, self.weight, self.bias, gy, accuracy, flushed=flushed)
            return row_of_laws(found, accuracy.neighbours)
        return law_of(self.input, self.weight, self.bias, self._placement, accuracy, flushed=flushed)

    @property
    def operands(self) -> Operands:
        """The data of a call of conv2d, as the law takes them."""
        return operands_of(self.input, self.weight, self.bias, self._placement)

    @property
    def _placement(self) -> dict[str, Any]:
        g = self.geometry
        return {
            "stride": g.stride,
            "dilation": g.dilation,
            "groups": g.groups,
            "pads": g.pads,
            "padding_mode": g.padding_mode,
        }

    @cached_property
    def exposes_faults(self) -> bool:
        """Whether the data could have shown a fault at all; an empty batch is judged by its shape."""
        return self.case.N == 0 or exposes(self.case, self.request.arrays)
