"""The memory that shapes at full size take, so that one that does not fit is refused before it is asked."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from dataclasses import replace

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.shape_sets import lines_of
from conv2d_conformance.contract.arrays import dtype_of
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.hinted import Hinted

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


def require_memory(shapes: Iterable[Case], claims: Capabilities, limit: float | None) -> None:
    """TooLarge for the first shape that does not fit, in the widest dtype that is claimed.

    `limit` is what a process of the implementation may hold, in GiB; None where it has none of its own.
    """
    size = max((dtype_of(name).itemsize for name in claims.dtypes), default=4)
    dtype = next((name for name in claims.dtypes if dtype_of(name).itemsize == size), "float32")
    room = _physical_memory()
    for shape in shapes:
        case = replace(shape, dtype=dtype)
        if limit is None:
            inside = 0
        else:
            inside = COPIES * _handed(case) + (COPIES - 1) * _returned(case)
            if inside > limit * GIB:
                raise TooLarge(
                    f"{_line(shape)} takes {inside} bytes in the process of the implementation in {dtype}, which may "
                    f"hold {limit:g} GiB",
                    f"allow it more with --memory {math.ceil(inside / GIB) + 1}",
                )
        total = inside + bytes_of(case) + WORK
        if room is not None and total > room:
            raise TooLarge(
                f"{_line(shape)} takes {total} bytes in {dtype}, and this machine has {room}",
                "name a smaller shape, or claim a narrower dtype alone",
            )


def _line(shape: Case) -> str:
    return lines_of((shape,))[0]


def _handed(case: Case) -> int:
    return sum(math.prod(shape) for shape in case.shapes.values() if shape) * dtype_of(case.dtype).itemsize


def _returned(case: Case) -> int:
    return math.prod(case.output_shape) * dtype_of(case.dtype).itemsize


def _physical_memory() -> int | None:
    """The bytes of memory of this machine, where the system tells."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
