"""Whether two implementations add in the same order, by their fingerprints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conv2d_conformance.fingerprint.fingerprint import Fingerprint, OfShape
from conv2d_conformance.fingerprint.probe_result import ProbeResult, why_not_seen


@dataclass(frozen=True)
class ComparedOrder:
    """The orders of one shape in words. `same` is None where one of them was not seen."""

    dtype: str
    shape: str
    case: str
    same: bool | None
    one: str
    other: str


def compared_orders(one: Fingerprint, other: Fingerprint) -> Iterator[ComparedOrder]:
    """The orders of every shape that both were asked."""
    for dtype, here in one.dtypes.items():
        there = other.dtypes.get(dtype)
        for name, shape in here.shapes.items() if there is not None else ():
            assert there is not None
            if name in there.shapes and there.shapes[name].case == shape.case:
                yield _compared(dtype, name, shape, there.shapes[name])


def _compared(dtype: str, name: str, one: OfShape, other: OfShape) -> ComparedOrder:
    here, there = one.findings.get("order"), other.findings.get("order")
    seen = here is not None and there is not None and here.value is not None and there.value is not None
    same = here.value["tree"] == there.value["tree"] if here is not None and there is not None and seen else None
    return ComparedOrder(dtype, name, one.case, same, _words(one, here), _words(other, there))


def _words(shape: OfShape, found: ProbeResult | None) -> str:
    if found is None:
        return f"not seen: {shape.not_seen}"
    return found.words if found.value is not None else f"not seen: {why_not_seen(found)}"
