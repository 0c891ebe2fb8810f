"""Which requirement explains a failing case: the one about the feature that the failure needs.

Many checks meet one fault, each in cases about something else. So the case is asked again without one of its features
at a time; if it then passes, the feature is part of the fault. Of several such features the first in the table below is
the narrowest: an array that is a view says more than the stride that the fault needs as well. The others explain the
failure where no requirement about the first one fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from conv2d_conformance.cases.case import Case, CaseError, Elements, Recipe
from conv2d_conformance.cases.geometry import geometry, is_legal
from conv2d_conformance.contract.signatures import MAIN
from conv2d_conformance.operations import elementwise
from conv2d_conformance.spec import operation_of

LARGEST_SMALL = 8
"""No tile, vector or block is shorter than this, as far as the drawn cases know."""

SELF_CONTAINED = frozenset({"memory", "dtype", "validation"})
"""Chapters of conv2d whose requirements say nothing of each other's failures."""


def explanations(
    case: Case, aspect: str, fails: Callable[[Case], bool], admits: Callable[[Case], bool] = lambda _: True
) -> tuple[str, ...]:
    """The ids of the requirements that explain why the case fails, the narrowest first.

    `fails` says whether another case fails, of those that are admitted. `aspect` is the respect in which this one does.
    There are none for an illegal call and for special values: such cases are about nothing else. Nor are there any for
    a refused call that cannot be asked without one of its features.
    """
    if not is_legal(case) or not case.is_finite:
        return ()
    return tuple(map(elementwise(case.operation).explained_by, _needed(case, aspect, fails, admits)))


def _needed(case: Case, aspect: str, fails: Callable[[Case], bool], admits: Callable[[Case], bool]) -> tuple[str, ...]:
    found = []
    is_certain = True
    for requirement, simpler in _without(case):
        if simpler is None or not is_legal(simpler) or not admits(simpler):
            is_certain = False
        elif not fails(simpler):
            found.append(requirement)
    if found or (aspect == "accepted" and not is_certain):
        return tuple(found)
    return ("validation.legal-calls-accepted" if aspect == "accepted" else "values.definition",)


def explains(requirement: str, explanation: str | None) -> bool:
    """Whether a requirement explains a failure: it is the explanation, or stands in the same chapter of conv2d."""
    if explanation is None:
        return False
    chapter = explanation.partition(".")[0]
    if chapter in SELF_CONTAINED or operation_of(explanation) != MAIN:
        return requirement == explanation
    if chapter == "padding-mode":
        return requirement.startswith(explanation)
    return requirement.partition(".")[0] == chapter


def _without(case: Case) -> Iterator[tuple[str, Case | None]]:
    """For each requirement, the narrowest first, the case without the feature that the requirement is about."""
    if case.view is not None:
        yield f"memory.view-{case.view}", _changed(case, view=None)
    if case.padding_mode != "zeros":
        yield f"padding-mode.{case.padding_mode}", _changed(case, padding_mode="zeros")
    if case.omit:
        yield "arguments.defaults", _changed(case, omit=())
    if any(isinstance(value, int) for value in (case.stride, case.padding, case.dilation)):
        yield "arguments.scalar", _changed(case, **_pairs(case))
    if case.dtype != "float32":
        yield f"dtype.{case.dtype}", _changed(case, dtype="float32")
    if case.N == 0:
        yield "batch.empty", _changed(case, N=1)
    if case.N is None:
        yield "batch.unbatched", _changed(case, N=1, data=_recipe(case))
    if max(case.C, case.M, case.H, case.W, case.KH, case.KW, case.N or 1) > LARGEST_SMALL:
        yield "values.every-size", _smaller(case)
    if case.groups > 1:
        name = "depthwise" if case.groups == case.C else "side-by-side"
        yield f"groups.{name}", _changed(case, groups=1, C=case.C // case.groups, data=_recipe(case))
    if case.dilation not in (1, (1, 1)):
        yield "dilation.spacing", _changed(case, dilation=(1, 1))
    if isinstance(case.padding, str):
        name = "padding.valid" if case.padding == "valid" else "padding.same-extra-at-end"
        yield name, _unpadded(case)
    elif case.padding not in (0, (0, 0)):
        yield "padding.zeros-both-sides", _unpadded(case)
    if case.stride not in (1, (1, 1)):
        yield "stride.steps", _changed(case, stride=(1, 1))
    if case.bias:
        yield "bias.added", _changed(case, bias=False, data=_recipe(case))
    if case.N is not None and case.N > 1:
        yield "values.batch-items-independent", _changed(case, N=1, data=_recipe(case))


def _changed(case: Case, **changes: Any) -> Case | None:
    try:
        return replace(case, **changes)
    except CaseError:  # the rest of the case no longer fits
        return None


def _unpadded(case: Case) -> Case | None:
    """The call without its padding. If the kernel then does not fit, the input grows by the former padding."""
    bare = _changed(case, padding=(0, 0))
    if bare is None or is_legal(bare):
        return bare
    (top, bottom), (left, right) = geometry(case).pads
    return _changed(bare, H=case.H + top + bottom, W=case.W + left + right)


def _recipe(case: Case) -> Recipe | Elements:
    """The data for other shapes, without the named elements that would lie outside."""
    return case.recipe or Recipe()


def _pairs(case: Case) -> dict[str, Any]:
    values = {name: getattr(case, name) for name in ("stride", "padding", "dilation")}
    return {name: (value, value) for name, value in values.items() if isinstance(value, int)}


def _smaller(case: Case) -> Case | None:
    """The same call with every large size reduced to a small one."""
    if case.groups > 1 and case.groups > LARGEST_SMALL:
        return _changed(case, groups=2, C=2, M=2, data=_recipe(case))
    inputs, outputs = (min(size // case.groups, LARGEST_SMALL // 2) for size in (case.C, case.M))
    changes: dict[str, Any] = {"C": inputs * case.groups, "M": outputs * case.groups}
    for axis, kernel in (("H", "KH"), ("W", "KW")):
        changes[kernel] = min(getattr(case, kernel), 3)
        changes[axis] = min(getattr(case, axis), LARGEST_SMALL - 1)
    if case.N is not None:
        changes["N"] = min(case.N, 2)
    return _changed(case, **changes, data=_recipe(case))
