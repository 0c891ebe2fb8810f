"""Keep cases within the claims: set everything unclaimed to its simplest form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from conv2d_conformance.cases.case import LETTERS, Case, Elements, Recipe
from conv2d_conformance.cases.cost import elements
from conv2d_conformance.cases.features import features_of
from conv2d_conformance.cases.geometry import geometry, is_legal, multiply_adds
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cases.held import held_by
from conv2d_conformance.cases.illegal_kinds import Illegal
from conv2d_conformance.cases.limited import is_inside, moved_inside, moved_outside
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.hinted import Hinted

MOST_GROWTH = 16
ALWAYS_CHEAP = 1 << 16
AT_MOST = 1 << 24
"""Products and elements of a case that is moved: so many times as many if possible, as many as nobody waits for, and
never more."""

ORDINARY = (
    "n1c4h8w9 m6k3x2 s1x1 p0x0 d1x1 g1",
    "n2c4h9w9 m4k3 s2 p1 d1 g2 bias",
    "n1c1h5w5 m1k1",
    "n1c8h8w8 m8k3 same",
)
"""Calls from which some way leads inside any limits that are meant."""

SHAPING = {"N", "C", "M", "H", "W", "groups", "bias"}
"""Among the fields that may change, those that determine the shapes of the arrays."""


def within_claims(case: Case, claims: Capabilities) -> Case | None:
    """The case itself if everything that it needs is claimed and it keeps the limits, else its nearest such relative.

    None where none is found within the limits. Illegal calls, which `illegal_within_claims` makes, stay as they are.
    """
    if case.overrides or not is_legal(case):
        return case
    claimed = _of_what_is_claimed(case, claims)
    if not claims.limits:
        return claimed
    return moved_inside(claimed, claims.limits, _no_larger(claimed, claims, MOST_GROWTH)) or moved_inside(
        claimed, claims.limits, _no_larger(claimed, claims, AT_MOST)
    )


def _no_larger(case: Case, claims: Capabilities, growth: int) -> Callable[[Case], bool]:
    """Admits cases within the claims that take not much more than another: a long kernel has no height as large."""

    def most(size: int) -> int:
        return max(size, min(max(growth * size, ALWAYS_CHEAP), AT_MOST))

    most_work, most_elements = most(multiply_adds(case)), most(elements(case, dense=True))

    def admits(found: Case) -> bool:
        is_cheap = multiply_adds(found) <= most_work and elements(found, dense=True) <= most_elements
        return is_cheap and not any(_changes(found, claims))

    return admits


def keeps_limits(case: Case, claims: Capabilities) -> bool:
    """Whether a case lies within the limits. An illegal call, which nobody promises to answer, breaks none."""
    return not claims.limits or not is_legal(case) or is_inside(case, claims.limits)


def require_calls_inside(claims: Capabilities) -> None:
    """LimitsOfNothing where no call is found that keeps the limits."""
    lines = (f"{sizes} {dtype}" for dtype in claims.dtypes for sizes in ORDINARY)
    if claims.limits and all(within_claims(parse(line), claims) is None for line in lines):
        raise LimitsOfNothing(claims.limits)


class LimitsOfNothing(Hinted, ValueError):
    """The limits that are declared are kept by no call."""

    def __init__(self, limits: tuple[str, ...]) -> None:
        sentence = f"no call was found that keeps the limits {', '.join(limits)}"
        super().__init__(sentence, "declare some that calls of at most 2**24 products keep; larger ones, ask by replay")


def outside_limits(case: Case, claims: Capabilities) -> Iterator[Case]:
    """Calls near a legal case that do not keep the limits and need nothing else that is not claimed.

    First what had to be moved to lie inside, then for each limit what lies just beyond it.
    """
    claimed = _of_what_is_claimed(case, claims)
    if not keeps_limits(claimed, claims):
        yield claimed
    inside = within_claims(case, claims)
    if inside is None:
        return
    for limit in claims.limits:
        beyond = moved_outside(inside, limit, lambda found: not any(_changes(found, claims)))
        if beyond is not None:
            yield beyond


def _of_what_is_claimed(case: Case, claims: Capabilities) -> Case:
    changes = dict(_changes(case, claims))
    if isinstance(case.data, Elements) and changes.keys() & SHAPING:
        # The shapes change first, since named elements need a place in the new arrays.
        changes["data"] = _placed(case.data, replace(case, **changes, data=Recipe()))
    if "dtype" in changes:
        changes["data"] = held_by(changes.get("data", case.data), changes["dtype"])
    return replace(case, **changes) if changes else case


def illegal_within_claims(illegal: Illegal, claims: Capabilities) -> tuple[Case, Case] | None:
    """The legal call and the illegal one, which differ only by the defect and need nothing unclaimed.

    None where there are no such calls: without unclaimed features the call may become legal, or the defect may lie in
    an argument that the implementation never gets.
    """
    if not illegal.defect.needs <= claims.features:
        return None
    legal = within_claims(illegal.legal, claims)
    spoilt = None if legal is None else illegal.defect.spoil(legal)
    if (
        legal is None
        or spoilt is None
        or is_legal(spoilt)
        or not features_of(spoilt) - {"validation"} <= claims.features
    ):
        return None
    return legal, spoilt


def _placed(data: Elements, case: Case) -> Elements | Recipe:
    """The named elements that have a place in the arrays of a case.

    An index beyond the end of an axis wraps around; of several elements for one place the first stays.
    """
    entries: dict[tuple[str, tuple[int, ...]], float] = {}
    shapes = {letter: case.shapes.get(array) for array, letter in LETTERS.items()}
    for letter, index, value in data.entries:
        shape = shapes[letter]
        if shape is not None and 0 not in shape:
            whole = index if len(index) == len(shape) else (0,) * (len(shape) - len(index)) + index
            place = tuple(number % size for number, size in zip(whole, shape, strict=True))
            entries.setdefault((letter, place), value)
    if not entries:
        return data.base or Recipe()
    return Elements(tuple((letter, place, value) for (letter, place), value in entries.items()), data.base)


def _changes(case: Case, claims: Capabilities) -> Iterator[tuple[str, Any]]:
    if case.dtype not in claims.dtypes:
        yield "dtype", next(name for name in DTYPES if name in claims.dtypes)
    if case.bias and not claims.bias:
        yield "bias", False
    if not claims.multi_channel:
        if case.C > 1:
            yield "C", 1
        if case.M > 1:
            yield "M", 1
    elif not claims.groups and case.groups > 1:
        yield "C", case.C // case.groups
    if case.groups > 1 and not (claims.groups and claims.multi_channel):
        yield "groups", 1
    if (case.N is None and not claims.unbatched) or (case.N == 0 and not claims.empty_batch):
        yield "N", 1
    if case.padding_mode not in claims.padding_modes and case.padding_mode != "zeros":
        yield "padding_mode", "zeros"
    if case.view is not None and case.view not in claims.views:
        yield "view", None
    if case.omit and "defaults" not in claims.arguments:
        yield "omit", ()
    for name, claimed in (("stride", claims.stride), ("dilation", claims.dilation)):
        value = getattr(case, name)
        allowed = (value if claimed else 1) if isinstance(value, int) else (value if claimed else (1, 1))
        if "scalar" not in claims.arguments and isinstance(allowed, int):
            allowed = (allowed, allowed)
        if allowed != value or type(allowed) is not type(value):
            yield name, allowed
    kind = case.padding if isinstance(case.padding, str) else "explicit"
    # What is as simple as can be already is no change, or nothing could be moved into limits.
    if kind not in claims.padding and case.padding != (0, 0):
        yield "padding", (0, 0)
        # The input grows by its former padding, so that the kernel still fits, and keeps its dilation.
        (top, bottom), (left, right) = geometry(case).pads
        yield "H", case.H + top + bottom
        yield "W", case.W + left + right
    elif isinstance(case.padding, int) and "scalar" not in claims.arguments:
        yield "padding", (case.padding, case.padding)
