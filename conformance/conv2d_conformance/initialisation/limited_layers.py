"""A layer moved to the inside of limits. What these say of a call that a layer has not, they do not say of layers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from conv2d_conformance.cases.case import CaseError
from conv2d_conformance.cases.layer_case import LayerCase
from conv2d_conformance.cases.moving import Moving
from conv2d_conformance.contract.limits import Values, condition

MOST_SEEDS = 64
"""So many layers may take the place of one large layer."""


def values_of(case: LayerCase) -> Values:
    """The sizes and words of a layer, by the names that limits use."""
    kh, kw = case.kernel_size
    return {
        **{name: getattr(case, name) for name in ("C", "M", "groups", "dtype")},
        "KH": kh,
        "KW": kw,
        "kernel_size": "scalar" if isinstance(case.kernel, int) else "pair",
        "operation": "initialize",
        "bias": "given" if case.bias else "none",
    }


def keeps(case: LayerCase, limits: Iterable[str]) -> bool:
    """Whether a layer keeps all limits."""
    return _MOVING.holds(case, map(condition, limits))


def moved_inside(case: LayerCase, limits: Iterable[str], dtypes: Iterable[str]) -> LayerCase | None:
    """The layer itself where it keeps the limits, else one near it, of one of the dtypes; None where none is found."""
    claimed = frozenset(dtypes)
    return _MOVING.moved(case, map(condition, limits), lambda found: found.dtype in claimed)


def as_many_elements(case: LayerCase, of: LayerCase) -> LayerCase:
    """The layer so often, one seed after another, that it has about as many elements as another has."""
    wanted = _elements(of) * len(of.seeds)
    count = min(-(-wanted // _elements(case)), len(of.seeds) * MOST_SEEDS)
    return replace(case, seeds=tuple(range(max(count, len(of.seeds)))))


def _elements(case: LayerCase) -> int:
    """Those of the bias, of which there are fewest, where there is one."""
    return case.M if case.bias else case.M * case.fan_in


def _changed(case: LayerCase, name: str, value: Any) -> Iterator[LayerCase]:
    kh, kw = case.kernel_size
    match name:
        case "KH":
            ways: list[dict[str, Any]] = [{"kernel": (value, kw)}, {"kernel": (value, value)}]
        case "KW":
            ways = [{"kernel": (kh, value)}, {"kernel": (value, value)}]
        case "kernel_size":
            ways = [{"kernel": kh if value == "scalar" else (kh, kw)}]
        case "groups":
            ways = [{"groups": value, "C": _multiple(case.C, value), "M": _multiple(case.M, value)}]
        case "C" | "M":
            ways = [{name: value}, {name: value, "groups": 1}]
        case "dtype":
            ways = [{name: value}]
        case "bias":
            ways = [{name: value == "given"}]
        case _:
            ways = []
    for fields in ways:
        try:
            yield replace(case, **fields, omit=tuple(one for one in case.omit if one not in fields))
        except CaseError:  # no such layer
            continue


def _multiple(size: int, of: int) -> int:
    return -(-size // of) * of if of else size


_MOVING = Moving(
    values_of,
    _changed,
    {
        "groups": frozenset({"C", "M"}),
        **dict.fromkeys(("C", "M"), frozenset({"groups"})),
        **dict.fromkeys(("KH", "KW", "kernel_size"), frozenset({"KH", "KW", "kernel_size"})),
    },
)
