"""The cost of a case, computed from its sizes before anything is allocated, so that no line exhausts the memory."""

from __future__ import annotations

import math

from conv2d_conformance.cases.case import Case, CaseError
from conv2d_conformance.cases.geometry import geometry, products
from conv2d_conformance.contract.arrays import MOST_AXES
from conv2d_reference.arguments import Geometry
from conv2d_reference.lowered import laid_out

MOST_ELEMENTS = 1 << 26
"""In all arrays of a case together. The law keeps about ten 8-byte numbers for each element of the answer."""

MOST_PRODUCTS = 10**12
"""The exact sums of this many products take some minutes."""

COST_OF_ELEMENT = 16
"""In multiply-adds: the cost of drawing an element, passing it and checking it. A 1x1 filter costs little else."""

ROOM_AROUND = 3
"""The view `offset` is a section of an array that is longer by this much on each axis."""


def elements(case: Case, *, dense: bool = False) -> int:
    """The number of elements in the arrays of the call, in the answer, and in the input with its borders.

    With `dense`, borders count as if they took memory. Axes of length zero count as one, as NumPy counts them when it
    refuses a shape.
    """
    return _elements(case, _shapes(case), _geometry(case), dense=dense)


def why_too_dear(case: Case) -> CaseError | None:
    """An error that says what the case would take and what is allowed; None where it can be asked."""
    shapes, g = _shapes(case), _geometry(case)
    if (axes := max(map(len, shapes))) > MOST_AXES:
        return CaseError(f"the case has an array of {axes} axes", f"at most {MOST_AXES} are possible")
    if (count := _elements(case, shapes, g, dense=False)) > MOST_ELEMENTS:
        return CaseError(
            f"the case takes {count} elements, in its arrays, its answer and the input with its borders",
            f"at most {MOST_ELEMENTS} are possible",
        )
    if g is not None and (count := products(g)) > MOST_PRODUCTS:
        return CaseError(f"the case takes {count} multiplications", f"at most {MOST_PRODUCTS} are possible")
    return None


def require_affordable(case: Case) -> None:
    """CaseError where the case takes too much; it says how much, and what is allowed."""
    if (error := why_too_dear(case)) is not None:
        raise error


def _elements(case: Case, shapes: list[tuple[int, ...]], g: Geometry | None, *, dense: bool) -> int:
    around = ROOM_AROUND if case.view == "offset" else 0
    count = sum(math.prod([max(length + around, 1) for length in shape]) for shape in shapes)
    if g is None:
        return count
    (ph, pw), (KH, KW), N = g.pads, (g.KH, g.KW), 1 if g.N is None else max(g.N, 1)
    if dense or case.signature.lays_out_padding:
        padded = (g.H + sum(ph)) * (g.W + sum(pw))
    else:
        padded = laid_out(g.H, ph, g.OH, KH, g.padding_mode) * laid_out(g.W, pw, g.OW, KW, g.padding_mode)
    return count + N * (g.M * g.OH * g.OW + g.C * padded)


def _shapes(case: Case) -> list[tuple[int, ...]]:
    return [shape for shape in case.shapes.values() if shape is not None]


def _geometry(case: Case) -> Geometry | None:
    """The geometry of a legal call."""
    try:
        return geometry(case)
    except (TypeError, ValueError):
        return None
