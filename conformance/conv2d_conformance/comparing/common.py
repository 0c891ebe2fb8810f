"""What two implementations both claim, and the cases that both can be asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.cases.geometry import multiply_adds
from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.cases.networks import network_cases
from conv2d_conformance.cases.rounded_sums import LEVELS, rounded_sums
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.effort import Effort
from conv2d_conformance.hinted import Hinted
from conv2d_conformance.verdict.claims import within_claims

SHARE = 4
"""A drawn case may cost this part of the usual case: there are many, and both implementations are asked."""


class NothingInCommon(Hinted, ValueError):
    """No case can be asked of both."""


def common_claims(one: Capabilities, other: Capabilities) -> Capabilities:
    """What both claim, within the limits of both. NothingInCommon where they have no dtype in common."""
    if not one.dtypes & other.dtypes:
        raise NothingInCommon(
            f"the one has {', '.join(sorted(one.dtypes))}, and the other {', '.join(sorted(other.dtypes))}",
            "compare two that have a dtype in common",
        )
    shared: dict[str, Any] = {}
    for item in fields(Capabilities):
        here, there = getattr(one, item.name), getattr(other, item.name)
        if isinstance(here, bool):
            shared[item.name] = here and there
        elif isinstance(here, frozenset):
            shared[item.name] = here & there
    return Capabilities(**shared, limits=tuple(dict.fromkeys((*one.limits, *other.limits))))


def common_cases(claims: Capabilities, effort: Effort, seed: int) -> Iterator[Case]:
    """Layers of networks and long sums of every kind, as both can be asked, in all their dtypes; each once."""
    asked: set[str] = set()
    for case in (*_layers(claims, effort), *_sums(effort, seed)):
        fitting = within_claims(case, claims)
        if fitting is None or multiply_adds(fitting) > effort.multiply_adds:
            continue
        if (line := format_case(fitting)) not in asked:
            asked.add(line)
            yield fitting


def _layers(claims: Capabilities, effort: Effort) -> Iterator[Case]:
    dtypes = sorted(claims.dtypes)
    layers = list(network_cases(effort.multiply_adds))[:: effort.tiles]
    for number, layer in enumerate(layers):
        yield replace(layer.case, data=Recipe("normal", number), dtype=dtypes[number % len(dtypes)])


def _sums(effort: Effort, seed: int) -> Iterator[Case]:
    images = (1, *LEVELS["images"])
    yield from rounded_sums(20 + effort.drawn // 2, seed, effort.multiply_adds // SHARE, images=images)
