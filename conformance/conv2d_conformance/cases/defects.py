"""Defects: each turns a legal call into one that is illegal for a single reason.

A defect is computed for the call at hand, so that the call stays illegal for this one reason whatever its sizes are.
It names the features without which its argument would not be passed at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conv2d_conformance.cases.case import Case
from conv2d_conformance.contract.arrays import Shape
from conv2d_conformance.contract.capabilities import FEATURE_OF_ARGUMENT

Spoil = Callable[[Case], Case | None]

NEEDED = {name: frozenset({feature}) for name, feature in FEATURE_OF_ARGUMENT.items() if name != "bias"}
"""The features that an illegal value of an argument needs. That of a bias is in the legal call already."""


@dataclass(frozen=True, slots=True)
class Defect:
    """`spoil` turns a legal call into an illegal one, or returns None where that call cannot have the defect.

    needs: the features that must be claimed besides those of the call itself.
    """

    spoil: Spoil
    needs: frozenset[str] = frozenset()


def overriding(make: Callable[[Case], Mapping[str, Any] | None], *needs: str) -> Defect:
    """A defect made by overrides; `make` returns None where the call cannot have it."""

    def spoil(case: Case) -> Case | None:
        made = make(case)
        if made is None:
            return None
        return replace(case, overrides=tuple(item for item in made.items() if case.bias or item[0] != "bias-shape"))

    return Defect(spoil, frozenset(needs))


# ---- arguments ---------------------------------------------------------------------------------------------------


def argument(name: str, value: Any) -> Defect:
    """An argument with the same value in every call, such as a single number instead of a pair."""
    needs = {"padding"} if name == "padding" and isinstance(value, str) else set(NEEDED.get(name, ()))
    if isinstance(value, int | float) and name in ("stride", "padding", "dilation"):
        needs.add("arguments.scalar")
    return overriding(lambda _: {name: value}, *needs)


def strings(name: str, *values: str) -> tuple[Defect, ...]:
    """Strings that the document does not allow."""
    return tuple(argument(name, value) for value in values)


def side(name: str, axis: int, change: Callable[[int], Any]) -> Defect:
    """One number of a pair changed; the other stays as it is in the call."""

    def make(case: Case) -> dict[str, Any] | None:
        numbers = _pair(getattr(case, name))
        return None if numbers is None else {name: _with(numbers, axis, change(numbers[axis]))}

    return overriding(make, *NEEDED[name])


def pair(name: str, change: Callable[[int, int], tuple[Any, ...]], *, mode: str | None = None) -> Defect:
    """Another tuple in place of a pair, in one padding mode only if a `mode` is given."""

    def make(case: Case) -> dict[str, Any] | None:
        numbers = _pair(getattr(case, name))
        return None if numbers is None or mode not in (None, case.padding_mode) else {name: change(*numbers)}

    return overriding(make, *NEEDED[name])


# ---- arrays ------------------------------------------------------------------------------------------------------


def shape(array: str, change: Callable[[Shape], Shape | None], *needs: str) -> Defect:
    """An array of another shape. If the weight gets another number of filters, the bias follows it."""

    def make(case: Case) -> dict[str, Any] | None:
        right = case.shapes[array]
        if right is None or (made := change(right)) is None or made == right:
            return None
        filters = {"bias-shape": made[:1]} if array == "weight" and made[:1] != right[:1] else {}
        return {f"{array}-shape": made} | filters

    return overriding(make, *needs, *(("bias",) if array == "bias" else ()))


def dtype(array: str, other: str) -> Defect:
    """One array of another dtype."""

    def make(case: Case) -> dict[str, Any] | None:
        return None if other == case.dtype or case.shapes[array] is None else {f"{array}-dtype": other}

    return overriding(make, f"dtype.{other}", "several-dtypes")


# ---- how sizes fit together --------------------------------------------------------------------------------------


def kernel_too_large(axis: int, by: int = 1) -> Defect:
    """The smallest kernel that does not fit along an axis, or a larger one."""

    def spoil(case: Case) -> Case | None:
        if case.padding == "same":
            return None
        dilation = _numbers(case.dilation)[axis]
        padded = (case.H, case.W)[axis] + 2 * (_pair(case.padding) or (0, 0))[axis]
        return _with_kernel(case, axis, (padded - 1) // dilation + 1 + by)

    return Defect(spoil)


def extent_wraps(axis: int, dilation: int) -> Defect:
    """A dilation that makes the extent of the kernel overflow 32 bits."""

    def spoil(case: Case) -> Case | None:
        if (case.KH, case.KW)[axis] == 1 or case.padding == "same":
            return None
        return replace(case, dilation=_with(_numbers(case.dilation), axis, dilation))

    return Defect(spoil, NEEDED["dilation"])


def padding_too_large(axis: int, by: int = 0) -> Defect:
    """The smallest padding that cannot be mirrored (reflect) or would wrap around twice (circular), or a larger one."""

    def spoil(case: Case) -> Case | None:
        numbers, least = _pair(case.padding), _least_illegal_padding(case, axis)
        return None if numbers is None or least is None else replace(case, padding=_with(numbers, axis, least + by))

    return Defect(spoil, NEEDED["padding"])


def same_too_large(axis: int) -> Defect:
    """The smallest kernel for which the larger part of "same" is too large a padding."""

    def spoil(case: Case) -> Case | None:
        least = _least_illegal_padding(case, axis)
        if case.padding != "same" or least is None:
            return None
        dilation = _numbers(case.dilation)[axis]
        return _with_kernel(case, axis, -(-(2 * least - 1) // dilation) + 1)

    return Defect(spoil, frozenset({"padding.same"}))


def stride_of_same(height: int, width: int) -> Defect:
    """A stride with the padding "same"."""
    return Defect(
        lambda case: replace(case, stride=(height, width)) if case.padding == "same" else None,
        NEEDED["stride"] | {"padding.same"},
    )


def _least_illegal_padding(case: Case, axis: int) -> int | None:
    size = (case.H, case.W)[axis]
    return {"reflect": size, "circular": size + 1}.get(case.padding_mode)


def _pair(value: int | tuple[int, int] | str) -> tuple[int, int] | None:
    """Both numbers of an argument; None for a padding string."""
    return None if isinstance(value, str) else _numbers(value)


def _numbers(value: int | tuple[int, int]) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def _with(numbers: tuple[Any, Any], axis: int, value: Any) -> tuple[Any, Any]:
    return (value, numbers[1]) if axis == 0 else (numbers[0], value)


def _with_kernel(case: Case, axis: int, size: int) -> Case:
    return replace(case, KH=size) if axis == 0 else replace(case, KW=size)
