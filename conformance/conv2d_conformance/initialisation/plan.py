"""The plan of each requirement, fixed before anything is seen: layers, seeds, tests, and their share of false alarms.

**Control of false alarms.** A test of stage j, which looks at 2^(12 + 4j) elements, may raise a false alarm with
probability 2^-(j+1) * 1e-9 / 600 at most. A certificate for all dtypes makes about a thousand tests, and these shares
add up to less than 1e-9, which bounds the probability that any of them raises one, however they depend on each other.
Gross errors end at the first stage. The seeds follow from the run's seed alone, and a failure is never drawn again.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from conv2d_conformance.cases.layer_case import LayerCase, format_case
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.initialisation import batteries
from conv2d_conformance.initialisation.layers import (
    ALL_OVER,
    BIASES,
    GROUPED_SHAPES,
    SCALARS,
    SHAPES,
    SMALL,
    WEIGHTS,
    WITH_DEFAULTS,
)
from conv2d_conformance.initialisation.limited_layers import as_many_elements, moved_inside
from conv2d_conformance.initialisation.sample import Battery
from conv2d_conformance.initialisation.stream import seed_stream

FALSE_ALARMS = 1e-9
"""The probability of a false alarm in a whole certificate."""

SHARES = 600
STAGES = 3


@dataclass(frozen=True, slots=True)
class Trial:
    """The layers of one question, and the tests of the answers. A p-value of at most alpha is a failure."""

    case: LayerCase
    battery: Battery
    stage: int = 0

    @property
    def alpha(self) -> float:
        return alpha_of(self.stage)


def alpha_of(stage: int) -> float:
    """The probability of a false alarm of one test at a stage."""
    return FALSE_ALARMS / SHARES / float(2 ** (stage + 1))


def stages_of(effort: str) -> int:
    """How many stages an effort has: quick ends at 2^16 elements."""
    return STAGES - 1 if effort == "quick" else STAGES


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """The layers of one requirement, whose seeds count from a first seed, and their tests.

    staged: each layer is its own stage. every_dtype: asked in all claimed dtypes, else only in the first.
    absolute: the seeds are used as they are.
    """

    cases: tuple[LayerCase, ...]
    battery: Battery
    staged: bool = False
    every_dtype: bool = False
    absolute: bool = False


def _with_seeds(cases: Iterable[LayerCase], *seeds: int) -> tuple[LayerCase, ...]:
    return tuple(replace(case, seeds=seeds) for case in cases)


AGAIN = (0, 1, 0)
"""The same layer again after another one, which may reuse its memory."""

EDGES = (0, 1, 2**16, 2**31 - 1, 2**31, 2**32 - 1)

PLAN: dict[str, PlanEntry] = {
    "weight-shape": PlanEntry(SMALL, batteries.form),
    "bias-shape": PlanEntry(SMALL, batteries.form),
    "no-bias": PlanEntry(tuple(replace(case, bias=False) for case in SMALL), batteries.form),
    "dtype": PlanEntry(SMALL[:2], batteries.form, every_dtype=True),
    "kernel-pair-order": PlanEntry(SMALL[:3], batteries.form),
    "kernel-scalar": PlanEntry(SCALARS, batteries.form),
    "defaults": PlanEntry(WITH_DEFAULTS, batteries.form),
    "weight-support": PlanEntry(SHAPES, batteries.weight_support, every_dtype=True),
    "bias-support": PlanEntry(SHAPES, batteries.bias_support, every_dtype=True),
    "weight-uniform": PlanEntry(WEIGHTS, batteries.weight_uniform, staged=True, every_dtype=True),
    "bias-uniform": PlanEntry(BIASES, batteries.bias_uniform, staged=True, every_dtype=True),
    "fan-in": PlanEntry(SHAPES, batteries.range_of_both),
    "fan-in-groups": PlanEntry(GROUPED_SHAPES, batteries.range_of_both),
    "elements-independent": PlanEntry(WEIGHTS, batteries.weight_independent, staged=True, every_dtype=True),
    "bias-independent": PlanEntry(BIASES[:2], batteries.bias_independent, staged=True, every_dtype=True),
    "same-seed": PlanEntry(_with_seeds(SMALL[:3], *AGAIN), batteries.same_seed, every_dtype=True),
    "different-seeds": PlanEntry(ALL_OVER, batteries.different_seeds, every_dtype=True),
    "seed-range": PlanEntry(_with_seeds(SMALL[:1], *EDGES), batteries.form, absolute=True),
    "results-independent": PlanEntry(_with_seeds(SMALL, *AGAIN), batteries.form),
    "torch-seed-stream": PlanEntry(_with_seeds(SMALL, *EDGES), seed_stream, every_dtype=True, absolute=True),
}
"""Entries by the requirement's name after `initialisation.`."""


def trials(name: str, claims: Capabilities, *, seed: int = 0, effort: str = "standard") -> Iterator[Trial]:
    """The trials of one requirement in their order, without those that need what is not claimed."""
    entry = PLAN[name]
    dtypes = [dtype for dtype in DTYPES if dtype in claims.dtypes]
    cases = entry.cases[: stages_of(effort)] if entry.staged else entry.cases
    for number, layer in enumerate(cases):
        inside = (_within(replace(layer, dtype=dtype), claims, staged=entry.staged) for dtype in dtypes)
        possible = (case for case in inside if case is not None)
        for case in possible if entry.every_dtype else islice(possible, 1):
            first = 0 if entry.absolute else _first_seed(f"{seed} {name} {format_case(case)}")
            seeded = replace(case, seeds=tuple(first + seed for seed in case.seeds))
            yield Trial(seeded, entry.battery, number if entry.staged else 0)


def replay_of(case: LayerCase, *, stream: bool = False) -> Trial:
    """The trial of a single line, with all tests; `stream` adds the test of PyTorch's generator."""
    elements = max(math.prod(case.weight_shape), case.M) * len(case.seeds)
    stage = sum(elements > 2 ** (14 + 4 * stage) for stage in range(STAGES - 1))
    return Trial(case, batteries.everything_and_stream if stream else batteries.everything, stage)


def _within(case: LayerCase, claims: Capabilities, *, staged: bool) -> LayerCase | None:
    """The nearest layer within the claims and of the same dtype; None where none is found within the limits."""
    if not (claims.groups and claims.multi_channel):
        case = replace(case, C=case.C // case.groups, groups=1)
    if not claims.multi_channel:
        case = replace(case, C=1)
    case = case if claims.bias else replace(case, bias=False)
    moved = moved_inside(case, claims.limits, {case.dtype})
    if moved is None or moved == case:
        return moved
    # A statistic of fewer elements sees less.
    return as_many_elements(moved, case) if staged else moved


def _first_seed(text: str) -> int:
    """A first seed in the lower half of the range, derived from a text."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest()) // 2
