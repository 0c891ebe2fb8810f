"""The memory that shapes at full size take, so that one that does not fit is refused before it is asked."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from dataclasses import replace

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.geometry import geometry
from conv2d_conformance.cases.shape_sets import lines_of
from conv2d_conformance.contract.answers import Hello
from conv2d_conformance.contract.arrays import dtype_of
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.signatures import MAIN
from conv2d_conformance.hinted import Hinted
from conv2d_conformance.operations import elementwise
from conv2d_conformance.spec import PROFILES

GIB = 1 << 30

COPIES = 3
"""The arrays that a process of the implementation holds for each one that it gets: as it came, as it is handed over,
and as it was before the call; and for each one that it returns: the answer, and its copy."""

WORK = GIB
"""What judging takes besides the arrays, at most."""


class TooLarge(Hinted, ValueError):
    """A shape takes more memory than there is."""


def bytes_of(case: Case) -> int:
    """The bytes of the arrays of a call and of its answer."""
    return _handed(case) + _returned(case)


def operations_of(hello: Hello, profile: str) -> tuple[str, ...]:
    """What a shape is asked for, the operation that takes most memory last."""
    asked = {*hello.operations} & PROFILES[profile]
    return tuple(name for name in (MAIN, "gradients") if name in asked)


def require_memory(shapes: Iterable[Case], hello: Hello, profile: str, limit: float | None) -> None:
    """TooLarge for the first shape that does not fit."""
    for shape in shapes:
        if (reason := why_too_large(shape, hello, profile, limit)) is not None:
            raise reason


def why_too_large(shape: Case, hello: Hello, profile: str, limit: float | None) -> TooLarge | None:
    """What a shape takes and what there is, in the widest dtype that is claimed; None where it fits.

    `limit` is what a process of the implementation may hold, in GiB; None where it has none of its own.
    """
    case = replace(shape, dtype=widest(hello.capabilities), operation=operations_of(hello, profile)[-1])
    inside = 0 if limit is None else COPIES * _handed(case) + (COPIES - 1) * _returned(case)
    if limit is not None and inside > limit * GIB:
        return TooLarge(
            f"{_line(case)} takes {inside} bytes in the process of the implementation in {case.dtype}, which may hold "
            f"{limit:g} GiB",
            f"allow it more with --memory {math.ceil(inside / GIB) + 1}",
        )
    room, total = physical_memory(), inside + bytes_of(case) + WORK
    if room is not None and total > room:
        return TooLarge(
            f"{_line(case)} takes {total} bytes in {case.dtype}, and this machine has {room}",
            "name a smaller shape, or claim narrower dtypes alone",
        )
    return None


def widest(claims: Capabilities) -> str:
    """The claimed dtype whose elements take most bytes."""
    return max(sorted(claims.dtypes), key=lambda name: dtype_of(name).itemsize, default="float32")


def _line(case: Case) -> str:
    line = lines_of((replace(case, dtype="float32", operation=MAIN),))[0]
    return line if case.operation == MAIN else f"{line} with its {case.operation}"


def _handed(case: Case) -> int:
    return sum(math.prod(shape) for shape in case.shapes.values() if shape) * dtype_of(case.dtype).itemsize


def _returned(case: Case) -> int:
    shapes = elementwise(case.operation).shapes(case, geometry(case))
    return sum(math.prod(shape) for shape in shapes.values() if shape) * dtype_of(case.dtype).itemsize


def physical_memory() -> int | None:
    """The bytes of memory of this machine, where the system tells."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
