"""A case ready to be asked: the call, whether it is legal, and the allowed answers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.cost import elements, require_affordable
from conv2d_conformance.cases.data import call, exposes
from conv2d_conformance.cases.geometry import geometry, products
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.contract.answers import Implementation, Request
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.grades import default_class
from conv2d_conformance.contract.signatures import MAIN
from conv2d_conformance.law.allowed import Allowed
from conv2d_conformance.law.bound import Operands
from conv2d_conformance.law.classes import AccuracyClass
from conv2d_conformance.operations import Elementwise, elementwise, operation_of
from conv2d_conformance.operations.operation import Shapes
from conv2d_conformance.verdict.claims import keeps_limits
from conv2d_reference.arguments import Geometry

if TYPE_CHECKING:
    from conv2d_conformance.verdict.judgement import Judgement

CORE_CLAIMS = Capabilities()

FORESEEN = 1 << 21
"""The most products of a call whose law takes only some tens of milliseconds, so that no answer waits long for it."""


def claimed_grade(claims: Capabilities, subject: str) -> str:
    """The accuracy class that an adapter claims for a subject ("float16", "float16/gradients"), or its default."""
    dtype, _, operation = subject.partition("/")
    forward = claims.grades.get(dtype, default_class(dtype))
    return claims.grades.get(subject, elementwise(operation or MAIN).default_class(dtype, forward))


class DrawnQuestion(Protocol):
    """A question whose answer is drawn: its line, its operation, and the number of elements that must come back."""

    @property
    def line(self) -> str: ...

    @property
    def operation(self) -> str: ...

    @property
    def elements(self) -> int: ...

    def judged(self, implementation: Implementation) -> Judgement:
        """Ask it, and judge the answer by its distribution."""


def requests_of(line: str) -> list[Request]:
    """The calls that a line asks for. CaseError where the line is not a case."""
    lines = operation_of(line).lines
    return [Question(parse(line)).request] if lines is None else lines.requests(line)


@dataclass
class Question:
    """One case, and, computed when needed, all that follows from it and from the claimed grade and flushing."""

    case: Case
    claims: Capabilities = CORE_CLAIMS
    grade: str | None = None

    @cached_property
    def request(self) -> Request:
        """The call. Before anything is allocated, CaseError where the case takes more than is possible."""
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

    def foreseen(
        self,
        then: Callable[[], object] = lambda: None,
        spare: Callable[[], object] | None = None,
        *,
        values: bool = True,
    ) -> Request:
        """The call. While the answer is awaited, the law of its `values` is computed if small, then `then` runs.

        Where the answer takes longer, and has values, `spare` runs, too.
        """

        def meanwhile() -> None:
            if values:
                self.foresee_law()
            with suppress(Exception):  # a failure here occurs again where the value is needed, and is told there
                then()

        return replace(self.request, meanwhile=meanwhile, spare=spare if values else None)

    def foresee_law(self) -> None:
        """Compute the law now, if it is small. A failure occurs again where the law is needed, and is told there."""
        with suppress(Exception):
            if 0 < self.request.products <= FORESEEN:
                _ = self.evidence, self.is_bounded

    @property
    def is_small(self) -> bool:
        """Whether the call is made in so little time that no answer waits long for it."""
        size = elements(self.case) if self.illegal_because else products(self.geometry)
        return size <= FORESEEN

    @cached_property
    def illegal_because(self) -> str | None:
        """Why the call must be rejected, in the words of the reference; None where it is legal."""
        return self._resolved if isinstance(self._resolved, str) else None

    @cached_property
    def is_outside_limits(self) -> bool:
        """Whether the call is legal and beyond what the implementation promises to answer: it may be refused."""
        return not keeps_limits(self.case, self.claims)

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
        """The shape of the right answer of conv2d."""
        return self.geometry.output_shape

    @property
    def judged(self) -> Elementwise:
        """How answers to the case's operation are judged."""
        return elementwise(self.case.operation)

    @property
    def shapes(self) -> Shapes:
        """The shapes of the arrays of the right answer, by name; None where there must be no array."""
        return self.judged.shapes(self.case, self.geometry)

    @property
    def accuracy(self) -> AccuracyClass:
        """The class in which the answer is judged."""
        return self._class(self.grade or claimed_grade(self.claims, self.case.subject))

    def _class(self, grade: str) -> AccuracyClass:
        return self.judged.accuracy_class(grade, self.case.dtype)

    @cached_property
    def law(self) -> Allowed:
        """The allowed answers, element by element, in the order of the operation's law."""
        return self.law_in(self.accuracy.name)

    @cached_property
    def evidence(self) -> int:
        """The number of elements of a right answer in which a fault could have shown."""
        return int(np.count_nonzero(self.law.evident)) if self.exposes_faults else 0

    @cached_property
    def is_bounded(self) -> bool:
        """Whether an evident element may be rounded, so that its error is a share of a bound."""
        return bool((self.law.evident & ~self.law.fixed).any())

    def law_in(self, grade: str) -> Allowed:
        """The law in another class."""
        flushed = self.claims.subnormals.get(self.case.dtype) == "flushed"
        return self.judged.law(self.geometry, self.request.arrays, self._class(grade), flushed=flushed)

    @property
    def operands(self) -> Operands:
        """The data in the form that the law takes, for an operation that has operands."""
        assert self.judged.operands is not None, self.case.operation
        return self.judged.operands(self.geometry, self.request.arrays)

    @cached_property
    def exposes_faults(self) -> bool:
        """Whether the data could have shown a fault; an empty batch is judged by its shape."""
        return self.case.N == 0 or exposes(self.case, self.request.arrays)
