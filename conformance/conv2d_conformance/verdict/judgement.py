"""The judgement of one answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from conv2d_conformance.contract.answers import Observation, Rejected
from conv2d_conformance.contract.invariances import INVARIANCES, Invariance

Aspect = Literal[
    "answered", "drawn", "accepted", "rejected", "dtype", "shape", "values", "repeated", "observed", Invariance
]
"""The respect in which an answer is wrong.

answered: there is none. drawn: there are no layers to judge. accepted: a legal call was refused. rejected: an illegal
call was not, or nothing follows from its refusal. dtype, shape, values: of the arrays. repeated: the same call has
another. observed: something was seen beside it. An invariance: a call that differs in this alone has other bits.
"""

OF_SEVERAL_ANSWERS: frozenset[Aspect] = frozenset({"repeated", *INVARIANCES})
"""The aspects that no answer alone shows."""

Outcome = Literal["pass", "fail", "error"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an answer: its aspect, what was got, and what is required.

    broken: the kind of an answer that could not be judged; empty for any other.
    """

    aspect: Aspect
    got: str
    required: str
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome for one case.

    evidence: the number of elements (or, without elements, of facts) that could have shown a fault and did not.
    rejected: the answer if the call was refused, rightly or wrongly.
    margin: the largest error as a share of its bound, over the evident elements that a bound judges.
    calls: how many equal calls it took.
    """

    outcome: Outcome
    fault: Fault | None = None
    evidence: int = 0
    elements: int = 0
    margin: float | None = None
    where: tuple[int, ...] | None = None
    observed: tuple[Observation, ...] = ()
    rejected: Rejected | None = None
    calls: int = 1
