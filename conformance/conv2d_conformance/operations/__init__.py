"""The operations of the suite: one value for each, which says all that the rest asks of it.

Nothing else compares the name of an operation. Who adds one adds a signature, a value here, and its requirements,
checks and mutants.
"""

from __future__ import annotations

from conv2d_conformance.operations.conv2d import CONV2D
from conv2d_conformance.operations.gradients import GRADIENTS
from conv2d_conformance.operations.initialize import INITIALIZE
from conv2d_conformance.operations.operation import Elementwise, Operation

__all__ = ["OPERATIONS", "Elementwise", "Operation", "elementwise", "graded"]

OPERATIONS: dict[str, Operation] = {found.name: found for found in (CONV2D, INITIALIZE, GRADIENTS)}


def graded() -> frozenset[str]:
    """The requirements whose checks find the grade: of ordinary numbers, in sums of all kinds."""
    return frozenset(
        found.elementwise.graded_by
        for found in OPERATIONS.values()
        if found.elementwise is not None and found.elementwise.graded_by is not None
    )


def elementwise(name: str) -> Elementwise:
    """How the answers of an operation are judged whose lines are cases."""
    found = OPERATIONS[name].elementwise
    assert found is not None, name
    return found
