"""What the suite must know of an operation to judge it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from conv2d_conformance.cases.case import Case
from conv2d_conformance.contract.answers import Request
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.signatures import Signature
from conv2d_conformance.law.allowed import Allowed
from conv2d_conformance.law.bound import Operands
from conv2d_conformance.law.classes import AccuracyClass
from conv2d_reference.arguments import Geometry

Arrays = Mapping[str, Array | None]
Index = tuple[int, ...]
Shapes = dict[str, tuple[int, ...] | None]


class Law(Protocol):
    """What is allowed for every element of the right answer to a legal call.

    The elements lie as in the one array that comes back, or in one row, one array after the other.
    """

    def __call__(self, g: Geometry, arrays: Arrays, accuracy: AccuracyClass, *, flushed: bool) -> Allowed: ...


class Clue(Protocol):
    """What can be told of one wrong element beyond its value and the right one: what it shows, and what it should."""

    def __call__(
        self, case: Case, g: Geometry, arrays: Arrays, index: Index, value: float
    ) -> tuple[str, str] | None: ...


def no_clue(case: Case, g: Geometry, arrays: Arrays, index: Index, value: float) -> None:
    """Nothing."""


def as_it_is(case: Case, accuracy: AccuracyClass) -> Case:  # noqa: ARG001  # as Elementwise has it
    """The case itself."""
    return case


@dataclass(frozen=True, kw_only=True)
class Elementwise:
    """How the answer to one case is judged: by its form, and then element by element.

    shapes: those of the arrays that come back from a legal call, by name; None where there must be no array.
    accuracy_class: the arithmetic of a class for a dtype. default_class: the class where none is claimed for the dtype,
    given that of conv2d. explained_by: the requirement that says of this operation what one says of conv2d. stateless,
    unspoilt: those that are broken where a case fails after legal calls alone, and after others. graded_by: the one
    whose check finds the grade. evident: the case with data from which something follows in a class. operands: the data
    as the sums of the oracle take them, where they show something of the arithmetic. is_diagnosed: whether `diagnosis`
    knows what may be behind a failure.
    """

    shapes: Callable[[Case, Geometry], Shapes]
    law: Law
    accuracy_class: Callable[[str, str], AccuracyClass]
    default_class: Callable[[str, str], str]
    explained_by: Callable[[str], str]
    stateless: str
    unspoilt: str
    graded_by: str | None = None
    evident: Callable[[Case, AccuracyClass], Case] = as_it_is
    operands: Callable[[Geometry, Arrays], Operands] | None = None
    clue: Clue = no_clue
    is_diagnosed: bool = False


@dataclass(frozen=True)
class LineGrammar:
    """Lines of a grammar of its own, which begin with a `word`: the canonical form of one, and its calls."""

    word: str
    canonical: Callable[[str], str]
    requests: Callable[[str], list[Request]]


@dataclass(frozen=True)
class Operation:
    """One function of an adapter, and how it is judged.

    title: what the call is called where it is shown. example: a case line that asks for it. observed: the requirement
    that is broken by each kind of thing that was seen beside an answer, whichever check made the call. elementwise:
    None where the answer is drawn, and judged by its distribution. lines: None where a line that asks for it is a case.
    """

    signature: Signature
    title: str
    example: str
    observed: Mapping[str, str]
    elementwise: Elementwise | None
    lines: LineGrammar | None = None

    @property
    def name(self) -> str:
        return self.signature.name
