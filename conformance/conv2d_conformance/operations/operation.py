"""What the suite needs to know about an operation to judge it."""

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
    """The allowed answers to a legal call, for every element.

    The elements are arranged as in the array that comes back; several arrays are joined to one row.
    """

    def __call__(self, g: Geometry, arrays: Arrays, accuracy: AccuracyClass, *, flushed: bool) -> Allowed: ...


class Clue(Protocol):
    """A clue about one wrong element beyond its value: what it shows, and what it must show."""

    def __call__(
        self, case: Case, g: Geometry, arrays: Arrays, index: Index, value: float
    ) -> tuple[str, str] | None: ...


def no_clue(case: Case, g: Geometry, arrays: Arrays, index: Index, value: float) -> None:
    """No clue."""


def as_it_is(case: Case, accuracy: AccuracyClass) -> Case:  # noqa: ARG001  # as Elementwise has it
    """The case itself, whose data are evident in every class."""
    return case


@dataclass(frozen=True, kw_only=True)
class Elementwise:
    """How the answer to one case is judged: by its form, and then element by element.

    shapes: of the arrays that come back from a legal call, by name; None where there must be no array.
    accuracy_class: the arithmetic of a class for a dtype. default_class: the class for a dtype without a claim, given
    that of conv2d. explained_by: the requirement that says about this operation what a given one says about conv2d.
    stateless, unspoilt: the requirements that break where a case fails only after legal calls, and after others.
    graded_by: the requirement whose check determines the grade. evident: the case with data that are evidence in a
    class. operands: the data in the form that the oracle's sums take, where they reveal something about the arithmetic.
    is_diagnosed: whether `diagnosis` can search for the cause of a failure.
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
    """The grammar of lines that are not cases. They begin with `word`, and have a canonical form and calls."""

    word: str
    canonical: Callable[[str], str]
    requests: Callable[[str], list[Request]]


@dataclass(frozen=True)
class Operation:
    """One function of an adapter, and how it is judged.

    title: the name of the call where it is shown. example: a case line that asks for it. observed: the requirement that
    each kind of observation breaks, whichever check made the call. elementwise: None where the answer is drawn, and
    judged by its distribution. lines: None where a line that asks for it is a case.
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
