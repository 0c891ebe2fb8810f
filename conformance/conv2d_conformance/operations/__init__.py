"""The operations of the suite: one value for each, which holds all that the rest of the suite needs to know.

Elsewhere the name of an operation is compared only with `MAIN`, where conv2d stands apart from all others. A new one
needs a signature, a value here, and its requirements, checks and mutants.
"""

from __future__ import annotations

from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.operations.conv2d import CONV2D
from conv2d_conformance.operations.gradients import GRADIENTS
from conv2d_conformance.operations.initialize import INITIALIZE
from conv2d_conformance.operations.operation import Elementwise, Operation

__all__ = ["OPERATIONS", "Elementwise", "Operation", "canonical", "elementwise", "graded", "operation_of"]

OPERATIONS: dict[str, Operation] = {found.name: found for found in (CONV2D, INITIALIZE, GRADIENTS)}


def operation_of(line: str) -> Operation:
    """The operation that a line asks for. CaseError where the line is not a case."""
    first = line.split(maxsplit=1)[:1]
    for found in OPERATIONS.values():
        if found.lines is not None and first == [found.lines.word]:
            return found
    return OPERATIONS[parse(line).operation]


def canonical(line: str) -> str:
    """The canonical form of a line. CaseError where the line is not a case."""
    lines = operation_of(line).lines
    return format_case(parse(line)) if lines is None else lines.canonical(line)


def graded() -> frozenset[str]:
    """The requirements whose checks determine the grade, with ordinary numbers in sums of all kinds."""
    return frozenset(
        found.elementwise.graded_by
        for found in OPERATIONS.values()
        if found.elementwise is not None and found.elementwise.graded_by is not None
    )


def elementwise(name: str) -> Elementwise:
    """How the answers of an operation are judged, for one whose lines are cases."""
    found = OPERATIONS[name].elementwise
    assert found is not None, name
    return found
