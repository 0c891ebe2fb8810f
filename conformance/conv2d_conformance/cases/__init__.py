"""The cases: the calls that the suite makes, the lines of text that denote them, and their data.

A case is drawn (`strategies`) or comes from a fixed table (`documented_examples`, `networks`, `tiles`, `combinations`,
`unusual_calls`, `illegal_calls`); `shrink` simplifies a case that fails. Import those modules by name: they need
Hypothesis or the reference, while reading a line and rebuilding its bytes needs neither.
"""

from conv2d_conformance.cases.case import Case, CaseError, Elements, Recipe
from conv2d_conformance.cases.data import arrays, call, exposes
from conv2d_conformance.cases.features import features_of
from conv2d_conformance.cases.grammar import format_case, parse

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
