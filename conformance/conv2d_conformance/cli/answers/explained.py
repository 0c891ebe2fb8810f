"""The answers of `explain`."""

from __future__ import annotations

from dataclasses import dataclass

from conv2d_conformance.cli.answers.right import RightAnswer


@dataclass(frozen=True)
class ExplainedCheck:
    """A check of a requirement."""

    name: str
    sentence: str


@dataclass(frozen=True)
class ExplainedMutant:
    """A mutant that breaks a requirement; `replays` names the bug that it repeats, if it does."""

    name: str
    sentence: str
    replays: str


@dataclass(frozen=True)
class PaddedAxis:
    """The cells of a padded axis of so many elements, and the element that each of them copies; None for zero."""

    size: int
    cells: tuple[int, ...]
    elements: tuple[int | None, ...]


@dataclass(frozen=True)
class ExplainedRequirement:
    """Everything that the suite knows about a requirement. `text` is Markdown."""

    requirement: str
    sentence: str
    level: str
    profile: str
    features: tuple[str, ...]
    source: str
    text: str
    checks: tuple[ExplainedCheck, ...]
    mutants: tuple[ExplainedMutant, ...]
    cite_as: str
    padded_axis: PaddedAxis | None
    example: RightAnswer | None


@dataclass(frozen=True)
class ErrorsOfDtype:
    """How much a product and an addition may err, the dtype that sums are kept in, and what a lone product becomes."""

    dtype: str
    product: str
    addition: str
    kept_in: str
    single_product: str


@dataclass(frozen=True)
class ExplainedClass:
    """The law of an accuracy class in words, and its bound by dtype; the dtypes in `default_of` have it unclaimed."""

    accuracy_class: str
    meaning: str
    law: str
    contains: tuple[str, ...]
    who: str
    default_of: tuple[str, ...]
    gradients: bool
    claim: str
    source: str
    cite_as: str
    errors: tuple[ErrorsOfDtype, ...]
