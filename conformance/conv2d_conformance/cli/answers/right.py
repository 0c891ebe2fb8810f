"""The answers of `reference`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from conv2d_conformance.typed_json import ABSENT, Absent

LawOfElements = dict[str, Any]
"""What is allowed, in nested lists of the `shape`, and the `dtype`.

The exact answer is `high` + `low`. Answers from `lowest` to `highest` are right, and so are those that `inf_allowed`,
`-inf_allowed` and `nan_allowed` admit. `fixed` elements have one right answer, and `evident` ones could show a fault.
"""


@dataclass(frozen=True)
class ShownArray:
    """An array. `values` are nested lists of exact numbers; an infinity or NaN is a string."""

    dtype: str
    shape: tuple[int, ...]
    values: Any


@dataclass(frozen=True)
class RightAnswer:
    """A case, and what is allowed: one law for each array that comes back. `reason`: why a call must be rejected."""

    case: str
    legal: bool
    reason: str | None
    arguments: dict[str, Any]
    arrays: dict[str, ShownArray | None]
    output: LawOfElements | None
    grad_input: LawOfElements | Absent = ABSENT
    grad_weight: LawOfElements | Absent = ABSENT
    grad_bias: LawOfElements | Absent = ABSENT


@dataclass(frozen=True)
class Fraction:
    """An exact number."""

    numerator: int
    denominator: int


@dataclass(frozen=True)
class LawOfLayers:
    """The law of fresh layers: uniform from -sqrt(k) to sqrt(k), which is the `bound` in the dtype."""

    case: str
    shapes: dict[str, tuple[int, ...] | None]
    dtype: str
    k: Fraction
    bound: float
    largest_magnitude: float
