"""What a case takes, known from its sizes before anything is allocated: no line may end in a lack of memory."""

from __future__ import annotations

import math
from collections.abc import Iterable

from conv2d_conformance.cases.case import Case, CaseError
from conv2d_conformance.cases.geometry import geometry, multiply_adds
from conv2d_reference.arguments import Geometry
from conv2d_reference.lowered import laid_out

MOST_ELEMENTS = 1 << 26
"""Of all arrays of a case together. The law keeps some ten numbers of 8 bytes for each element of the answer."""

MOST_PRODUCTS = 10**12
"""The exact sums of so many take some minutes."""

MOST_AXES = 32
"""Of one array, as the protocol has it."""

ROOM_AROUND = 3
"""By so much the array is longer on each axis, of which the view `offset` is a section."""


def elements(case: Case, *, dense: bool = False) -> int:
    """How many elements there are in the arrays of the call, the answer, and the input with its borders.

    With `dense`, the borders count as if they were laid out. Axes of length zero count as one, as NumPy counts them
    where it refuses a shape.
    """
    around = ROOM_AROUND if case.view == "offset" else 0
    count = sum(_size(length + around for length in shape) for shape in case.shapes.values() if shape is not None)
    g = _geometry(case)
    if g is None:
        return count
    planes = _size((1 if g.N is None else g.N, g.C))
    axes = ((g.H, g.pads[0], g.OH, g.KH), (g.W, g.pads[1], g.OW, g.KW))
    if dense or case.operation == "gradients":
        padded = [size + sum(pads) for size, pads, _, _ in axes]
    else:
        padded = [laid_out(*axis, g.padding_mode) for axis in axes]
    return count + _size(g.output_shape) + planes * math.prod(padded)


def products(case: Case) -> int:
    """How many multiplications the definition needs; none for an illegal call."""
    return 0 if _geometry(case) is None else multiply_adds(case)


def _geometry(case: Case) -> Geometry | None:
    try:
        return geometry(case)
    except (TypeError, ValueError):
        return None


def why_too_dear(case: Case) -> str | None:
    """What the case would take and what is allowed, in one sentence; None where it can be asked."""
    axes = max(len(shape) for shape in case.shapes.values() if shape is not None)
    if axes > MOST_AXES:
        return f"the case has an array of {axes} axes; at most {MOST_AXES} are possible"
    if (count := elements(case)) > MOST_ELEMENTS:
        return (
            f"the case takes {count} elements, in its arrays, its answer and the input with its borders;"
            f" at most {MOST_ELEMENTS} are possible"
        )
    if (count := products(case)) > MOST_PRODUCTS:
        return f"the case takes {count} multiplications; at most {MOST_PRODUCTS} are possible"
    return None


def require_affordable(case: Case) -> None:
    """CaseError, which says what the case takes and what is allowed, where that is too much."""
    if (sentence := why_too_dear(case)) is not None:
        raise CaseError(sentence)


def _size(shape: Iterable[int]) -> int:
    return math.prod(max(length, 1) for length in shape)
