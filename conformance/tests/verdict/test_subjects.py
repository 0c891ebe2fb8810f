"""Whatever two features are not claimed, what a check asks is still about its requirement."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import cache
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import pytest

from conv2d_conformance import spec
from conv2d_conformance.cases.case import Case, Elements
from conv2d_conformance.cases.features import features_of
from conv2d_conformance.cases.geometry import geometry
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.checks import catalogue
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.invariances import Invariance
from conv2d_conformance.effort import Effort
from conv2d_conformance.emulation.adapters import EVERYTHING, INVARIANT
from conv2d_conformance.running.examine import run_check
from conv2d_conformance.verdict.evidence import askable
from conv2d_conformance.verdict.examination import Examination
from conv2d_reference.arguments import Geometry

FEW = Effort("few", drawn=15, multiply_adds=20_000, tiles=16)
MOST_CASES = 15
CHECKS = [name for name, check in catalogue().items() if "initialize" not in check.operations]


class Recorder(Examination):
    """Asks nothing, and notes what it was to judge."""

    def __init__(self, requirements: tuple[str, ...], claims: Capabilities) -> None:
        super().__init__(SimpleNamespace(hello=SimpleNamespace(capabilities=claims)), FEW, requirements)
        self.noted: list[Case] = []
        self.about: Callable[[Case], bool] = lambda _: True

    def judge(self, case: Case, *, about: Callable[[Case], bool] = lambda _: True, **_: Any) -> None:
        self.noted.append(case)
        self.about = about

    def judge_alike(self, case: Case, invariance: Invariance) -> None:  # noqa: ARG002  # whichever it is
        self.noted.append(case)

    def judge_in_sequence(self, cases: Iterable[Case]) -> None:
        self.noted += cases

    def judge_together(self, case: Case, other: Case) -> None:
        self.noted += (case, other)

    def measure(self, case: Case) -> None:
        self.noted.append(case)

    def judge_illegal(self, calls: Any) -> None:
        """What is illegal is the matter of another test."""

    def asked(self, case: Case) -> Case | None:
        """What is asked in place of a case; None where it would say nothing of the requirement."""
        found = askable(case, self.claims)
        return found if found is not None and self.about(found) and not self._loses(case, found) else None


@cache
def noted(name: str) -> tuple[tuple[Case, ...], Callable[[Case], bool]]:
    """Some of the legal cases that a check asks of an implementation that claims everything, and what they are about.

    A check says the same of all its cases.
    """
    check = catalogue()[name]
    recorder = Recorder(check.requirements, INVARIANT)
    run_check(check, recorder)
    found = [case for case in dict.fromkeys(recorder.noted) if not case.overrides]
    return tuple(found[:: 1 + len(found) // MOST_CASES]), recorder.about


# ---- what a case must have to be about a requirement, besides the features of the requirement ------------------------


def axes(g: Geometry) -> list[dict[str, int]]:
    """The numbers of each axis."""
    return [
        {"size": size, "kernel": kernel, "stride": stride, "dilation": dilation, "before": pads[0], "after": pads[1]}
        for size, kernel, stride, dilation, pads in zip(
            (g.H, g.W), (g.KH, g.KW), g.stride, g.dilation, g.pads, strict=True
        )
    ]


def room(axis: dict[str, int]) -> int:
    """By how much the padded input is larger than the extent of the kernel."""
    return axis["size"] + axis["before"] + axis["after"] - axis["dilation"] * (axis["kernel"] - 1) - 1


def remainder(axis: dict[str, int]) -> int:
    return room(axis) % axis["stride"]


def special(case: Case) -> bool:
    return isinstance(case.data, Elements) and not all(math.isfinite(value) for _, _, value in case.data.entries)


ABOUT: dict[str, Callable[[Case, Geometry], bool]] = {
    "output-size.exact-fit": lambda _, g: any(room(a) == 0 for a in axes(g)),
    "values.no-flip": lambda _, g: g.KH * g.KW > 1,
    "values.channels-summed": lambda _, g: g.C // g.groups > 1,
    "values.batch-items-independent": lambda _, g: (g.N or 0) > 1,
    "values.filters-independent": lambda _, g: g.M > 1,
    "bias.per-channel": lambda _, g: g.M > 1,
    "bias.absent": lambda case, _: not case.bias,
    "bias.in-padding-only-windows": lambda _, g: any(a["before"] >= a["kernel"] for a in axes(g)),
    "stride.steps": lambda _, g: max(g.stride) > 1,
    "stride.remainder-lost": lambda _, g: any(map(remainder, axes(g))),
    "stride.beyond-kernel": lambda _, g: any(a["stride"] > a["kernel"] for a in axes(g)),
    "dilation.spacing": lambda _, g: any(a["dilation"] > 1 and a["kernel"] > 1 for a in axes(g)),
    "dilation.one-by-one": lambda _, g: any(a["dilation"] > 1 and a["kernel"] == 1 for a in axes(g)),
    "groups.depthwise": lambda _, g: g.groups == g.C > 1,
    "groups.multiplier": lambda _, g: 1 < g.groups == g.C < g.M,
    "padding.beyond-kernel": lambda _, g: any(a["before"] >= a["kernel"] for a in axes(g)),
    "padding.kernel-larger-than-input": lambda _, g: any(a["kernel"] > a["size"] for a in axes(g)),
    "padding.same-extra-at-end": lambda _, g: any(a["after"] > a["before"] for a in axes(g)),
    "padding.same-dilated": lambda _, g: any(a["dilation"] > 1 and a["kernel"] > 1 for a in axes(g)),
    "padding-mode.reflect-up-to-size": lambda _, g: any(a["before"] == a["size"] - 1 > 0 for a in axes(g)),
    "padding-mode.replicate-unlimited": lambda _, g: any(a["before"] >= a["size"] for a in axes(g)),
    "padding-mode.circular-up-to-size": lambda _, g: any(a["before"] == a["size"] for a in axes(g)),
    "batch.one": lambda case, _: case.N == 1,
    "special-values.infinity-times-zero": lambda case, _: special(case) and "w[0,0,0,0]=0" in format_case(case),
    "gradients.weight": lambda _, g: (g.N or 0) > 1,
    "gradients.channels": lambda _, g: g.C > 1 and g.M > 1,
}
"""By requirement: what is lost with a feature of its own is `about` too, and not named again."""

# ---- the claims ------------------------------------------------------------------------------------------------------

FLAGS = ("bias", "stride", "dilation", "groups", "multi_channel", "unbatched", "empty_batch", "non_finite")
SETS = ("dtypes", "padding", "padding_modes", "arguments", "views")
KEPT = ("zeros", "pair")
DROPPED = [*((name, None) for name in FLAGS)] + [
    (name, value) for name in SETS for value in sorted(getattr(INVARIANT, name)) if value not in KEPT
]


def lacking(*dropped: tuple[str, str | None]) -> Capabilities:
    fields: dict[str, Any] = INVARIANT.to_json()
    for name, value in dropped:
        fields[name] = False if value is None else set(fields[name]) - {value}
    return Capabilities(**fields)


CLAIMS = [lacking(*dropped) for count in (1, 2) for dropped in combinations(DROPPED, count)]


@pytest.mark.parametrize("name", CHECKS)
def test_with_up_to_two_features_less_a_check_asks_what_its_requirement_is_about(name: str) -> None:
    check, (cases, about_of_check) = catalogue()[name], noted(name)
    about = [ABOUT[requirement] for requirement in check.requirements if requirement in ABOUT]
    own = check.features - {"validation"}

    def is_about(case: Case) -> bool:
        return all(holds(case, geometry(case)) for holds in about)

    used = {case: (features_of(case), is_about(case)) for case in cases}
    for claims in CLAIMS if cases else ():
        if not check.features <= claims.features:
            continue
        recorder, speaking = Recorder(check.requirements, claims), 0
        recorder.about = about_of_check
        for case, (features, is_relevant) in used.items():
            found = case if features <= claims.features else recorder.asked(case)
            if found is None:
                continue
            assert features_of(found) <= claims.features, format_case(found)
            assert own & features <= features_of(found), f"{format_case(case)} became {format_case(found)}"
            assert is_about(found) or not is_relevant, f"{format_case(case)} became {format_case(found)}"
            speaking += is_relevant
        assert speaking, f"nothing is asked with {sorted(claims.features)}"


def test_a_check_that_loses_its_subject_asks_nothing() -> None:
    case, claims = parse("n2c2h4w5 m2k2 bias integers:1 b[0]=nan"), lacking(("bias", None))
    assert Recorder(("special-values.nan-in-window",), claims).asked(case) is None
    assert Recorder(("special-values.nan-in-window",), EVERYTHING).asked(case) is case
    assert Recorder(("values.definition",), claims).asked(case) == parse("n2c2h4w5 m2k2 integers:1")


def test_the_table_names_requirements() -> None:
    assert ABOUT.keys() <= spec.load().requirements.keys()
