"""The memory that shapes at full size take, so that one that does not fit is refused before it is asked."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace

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

COPIES = 4
"""The arrays that a worker of a library in Python holds for each one that it gets in a message: as it came, as it is
handed over, as it was before the call, and as it is after it. One fewer for each that it returns: the answer, its copy,
and that of the call before."""

WORK = GIB
"""What judging takes besides the arrays, at most."""


@dataclass(frozen=True)
class MemoryNeeded:
    """The bytes that a call takes at least: inside the process of the implementation, and in the whole machine.

    What the implementation needs for its own work comes on top.
    """

    inside: int
    machine: int


class TooLarge(Hinted, ValueError):
    """A shape takes more memory than there is."""


def bytes_of(case: Case) -> int:
    """The bytes of the arrays of a call and of its answer."""
    return _handed(case) + _returned(case)


def operations_of(hello: Hello, profile: str) -> tuple[str, ...]:
    """What a shape is asked for, the operation that takes most memory last."""
    asked = {*hello.operations} & PROFILES[profile]
    return tuple(name for name in (MAIN, "gradients") if name in asked)


def memory_needed(case: Case, *, by_file: bool) -> MemoryNeeded:
    """What a call takes. In a file, every array is in memory once, and the answer also where the library made it."""
    if by_file:
        return MemoryNeeded(bytes_of(case), bytes_of(case) + _returned(case) + WORK)
    inside = COPIES * _handed(case) + (COPIES - 1) * _returned(case)
    return MemoryNeeded(inside, inside + bytes_of(case) + WORK)


def require_memory(shapes: Iterable[Case], hello: Hello, profile: str, limit: float | None, *, by_file: bool) -> None:
    """TooLarge for the first shape that does not fit."""
    for shape in shapes:
        if (reason := why_too_large(shape, hello, profile, limit, by_file=by_file)) is not None:
            raise reason


def why_too_large(shape: Case, hello: Hello, profile: str, limit: float | None, *, by_file: bool) -> TooLarge | None:
    """What a shape takes and what there is, in the widest dtype that is claimed; None where it fits.

    `limit` is what a process of the implementation may hold, in GiB; None where it has none of its own. `by_file`: the
    arrays reach it in files.
    """
    case = replace(shape, dtype=widest(hello.capabilities), operation=operations_of(hello, profile)[-1])
    needed = memory_needed(case, by_file=by_file)
    inside, total = needed.inside, needed.machine
    if limit is not None and inside > limit * GIB:
        return TooLarge(
            f"{_line(case)} takes {inside} bytes in the process of the implementation in {case.dtype}, which may hold "
            f"{limit:g} GiB",
            f"allow it more with --memory {math.ceil(inside / GIB) + 1}",
        )
    room = physical_memory()
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
