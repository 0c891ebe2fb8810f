"""The geometry of a case: whether the call is legal, how large its output is, how many products it has."""

from __future__ import annotations

from functools import lru_cache

from conv2d_conformance.cases.case import Case
from conv2d_conformance.contract.arrays import dtype_of
from conv2d_reference.arguments import Geometry, resolve


def geometry(case: Case) -> Geometry:
    """The geometry of the call, overrides included. ValueError or TypeError where the call is illegal."""
    # Overrides are not cached: a stride of 1.0 equals 1, but is illegal.
    return _resolved(case) if case.overrides else _remembered(case)


def _resolved(case: Case) -> Geometry:
    shapes, dtypes = case.shapes_of_conv2d, case.dtypes
    assert shapes["input"] is not None
    assert shapes["weight"] is not None
    return resolve(
        shapes["input"],
        shapes["weight"],
        shapes["bias"],
        dtypes=[dtype_of(dtypes[name]) for name in shapes if shapes[name] is not None],
        **case.arguments,
    )


_remembered = lru_cache(maxsize=8192)(_resolved)


def is_legal(case: Case) -> bool:
    """Whether the definition gives the call a result."""
    try:
        geometry(case)
    except (ValueError, TypeError):
        return False
    return True


def multiply_adds(case: Case) -> int:
    """The number of products of a legal call, including those with padding."""
    return products(geometry(case))


def products(found: Geometry) -> int:
    """The number of products of a geometry."""
    images = 1 if found.N is None else found.N
    return images * found.M * found.OH * found.OW * (found.C // found.groups) * found.KH * found.KW
