"""The cases: the calls that the suite makes, the lines of text that denote them, and their data.

A case is drawn (`strategies`) or comes from a fixed table (`documented_examples`, `networks`, `tiles`, `combinations`,
`unusual_calls`, `illegal_calls`); `shrink` simplifies a case that fails. Import those modules by name: they need
Hypothesis or the reference, while reading a line and rebuilding its bytes needs neither.

The package can be called: `from conv2d_conformance import cases` is for people's own loops, as `drawn_cases` says.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any

from conv2d_conformance.cases.case import Case, CaseError, Elements, Recipe
from conv2d_conformance.cases.data import arrays, call, exposes
from conv2d_conformance.cases.features import features_of
from conv2d_conformance.cases.grammar import format_case, parse

if TYPE_CHECKING:
    from conv2d_conformance.cases.drawn_cases import DrawnCase

__all__ = [
    "Case",
    "CaseError",
    "Elements",
    "Recipe",
    "arrays",
    "call",
    "exposes",
    "features_of",
    "format_case",
    "parse",
]


class _Callable(ModuleType):
    """The package itself: its name is the one of the function too, whichever is imported first."""

    def __call__(self, count: int = 100, **chosen: Any) -> Iterator[DrawnCase]:
        """Drawn cases with their arrays; `drawn_cases.drawn` says what may be chosen."""
        from conv2d_conformance.cases.drawn_cases import drawn

        return drawn(count, **chosen)


sys.modules[__name__].__class__ = _Callable
