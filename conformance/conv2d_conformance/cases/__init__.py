"""What is asked: cases, the lines that denote them, and the data that they are made of.

A case is drawn (`strategies`) or comes from a fixed table (`documented`, `networks`, `tiles`, `combined`, `unusual`,
`illegal`); where it fails it is made simpler (`shrink`). Those modules are imported by name: they need Hypothesis or
the reference, which reading a line and rebuilding its bytes does not.
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
