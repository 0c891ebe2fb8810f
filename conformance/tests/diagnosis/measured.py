"""What is said of a fault, and whether that is true: held against cases that the diagnosis has not seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from conv2d_conformance.cases.case import Case, Elements, Recipe
from conv2d_conformance.cases.geometry import multiply_adds
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.cases.strategies import beyond, sample
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.answers import Implementation
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.diagnosis import Diagnosis, diagnose
from conv2d_conformance.diagnosis.evidence import Evidence
from conv2d_conformance.diagnosis.model import Model
from conv2d_conformance.diagnosis.probes import pool
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.verdict.examination import Examination, Nonconforming
from conv2d_conformance.verdict.question import Question
from conv2d_conformance.verdict.simplifier import Simplifier

CLAIMS = Capabilities(
    dtypes={"float32", "float64"},
    padding={"explicit", "valid", "same"},
    padding_modes={"zeros", "reflect", "replicate", "circular"},
    arguments={"pair", "scalar", "defaults"},
    views={"broadcast"},
    unbatched=True,
    non_finite=True,
)

LARGER = [
    Case(N=3, C=2, H=27, W=5, M=3, KH=2, KW=3, data=Recipe("integers", 1)),
    Case(N=2, C=3, H=5, W=29, M=3, KH=3, KW=2, data=Recipe("integers", 2)),
    Case(N=1, C=5, H=4, W=4, M=70, KH=2, KW=1, data=Recipe("integers", 3)),
    Case(N=1, C=2, H=4, W=12, M=2, KH=2, KW=9, data=Recipe("integers", 4)),
    Case(N=2, C=7, H=9, W=11, M=6, KH=3, KW=3, data=Recipe("uniform", 4)),
]
"""What the drawn cases, which are small, do not reach."""


@cache
def _shared(case: Case) -> Question:
    return Question(case, CLAIMS)


def prepare(case: Case, claims: Capabilities) -> Question:
    """All faults are asked much the same."""
    return _shared(case) if claims is CLAIMS and not case.overrides else Question(case, claims)


ENOUGH_WITHIN = 0.5
""""Only where" says that nothing is wrong elsewhere. A rule that is mostly about right answers says nothing."""


@dataclass(frozen=True)
class Measured:
    """A fault with what is said of it, and the first case that contradicts it, if any does.

    What is said of the failing case alone has no model, and is not held against others.
    """

    name: str
    case: str | None
    diagnosis: Diagnosis | None
    contradiction: str | None

    @property
    def row(self) -> str:
        said = self.diagnosis.sentence if self.diagnosis else "(nothing)"
        verdict = f"FALSE by {self.contradiction}" if self.contradiction else ""
        return f"{self.name}: {said}\n    {self.case} {verdict}"


def implementation_of(function: Callable[[Call], Any], claims: Capabilities = CLAIMS) -> InProcess:
    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        return function(Call(input, weight, bias, **attributes, given=frozenset(attributes)))

    return InProcess(Adapter(name="tested", version="1", conv2d=conv2d, capabilities=claims))


def with_odd_elements(cases: list[Case]) -> Iterator[Case]:
    """The same with a value that is not finite, in the input, the weight or the bias."""
    for number, case in enumerate(cases):
        letter = "xwb"[number % 3]
        shape = case.shapes[{"x": "input", "w": "weight", "b": "bias"}[letter]]
        if shape is None or 0 in shape:
            continue
        assert isinstance(case.data, Recipe)
        place = tuple((7 * number + axis) % size for axis, size in enumerate(shape))
        value = (float("nan"), float("inf"), -float("inf"))[number // 3 % 3]
        yield replace(case, data=Elements(((letter, place, value),), case.data))


@cache
def asked(features: frozenset[str], seed: int) -> list[Case]:
    """A mixture of what a run asks: other data, dtypes and views among it."""
    keep = beyond(features)
    drawn = sample(120, seed, keep=keep)
    few = sample(24, seed + 1, keep=keep)
    return [
        *(replace(case, view=None) for case in drawn),
        *LARGER,
        *(replace(case, data=Recipe("uniform", 5)) for case in few),
        *(replace(case, data=Recipe("subnormal", 5)) for case in few),
        *(replace(case, dtype="float64", data=Recipe("uniform", 6)) for case in few),
        *(replace(case, dtype="float64", data=Recipe("subnormal", 6)) for case in few),
        *with_odd_elements(sample(60, seed + 2, keep=keep)),
        *(replace(case, view="broadcast") for case in few),
    ]


def others(base: Case, claims: Capabilities) -> list[Case]:
    """Cases that no diagnosis has asked: drawn by another seed, or around the failing one with other data."""
    around = [case for case in pool(replace(base, data=Recipe("integers", 77))) if multiply_adds(case) < 400_000]
    return [*asked(claims.features, 1009), *around[:: len(around) // 150 + 1]]


def measure(name: str, implementation: Implementation) -> Measured:
    """What a check would say of the implementation, and whether it is so."""
    found: list[Diagnosis | None] = []

    def note(implementation: Implementation, case: Case, seen: Any) -> str | None:
        found.append(diagnose(implementation, case, seen=seen))
        return found[-1].sentence if found[-1] else None

    claims = implementation.hello.capabilities
    examination = Examination(implementation, EFFORTS["quick"], simplifier=Simplifier(diagnose=note), prepare=prepare)
    try:
        examination.judge_all(asked(claims.features, 7))
    except Nonconforming as raised:
        failing = raised.failure.case
        said = found[-1] if found else None
        wrong = None
        if said is not None and said.model is not None:
            wrong = contradiction(said.model, implementation, others(parse(failing), claims))
        return Measured(name, failing, said, wrong)
    return Measured(name, None, None, None)


def contradiction(model: Model, implementation: Implementation, cases: list[Case]) -> str | None:
    """The first case whose answer is another than the model's."""
    evidence = Evidence(implementation, len(cases), prepare=prepare)
    answers = list(dict.fromkeys(seen for case in cases if (seen := evidence.ask(case)) is not None))
    false = [seen for seen in answers if model.contradicts(seen)]
    inside = [seen for seen in answers if model.shows(seen)]
    spared = [seen for seen in inside if model.spares(seen)]
    if len(spared) > (1 - ENOUGH_WITHIN) * len(inside):
        false += spared
    return format_case(false[0].case) if false else None
