"""Choose data from which something follows in the claimed grade.

Integers add up exactly in most grades, whatever their size. Winograd's transforms round them: where the bound reaches
half an integer, a wrong product could hide, and a right answer is no evidence. Smaller integers have a smaller bound.
"""

from __future__ import annotations

from dataclasses import replace

from conv2d_conformance.adapter import Capabilities
from conv2d_conformance.cases.case import DEFAULT_MAGNITUDE, Case, Recipe
from conv2d_conformance.cases.geometry import is_legal
from conv2d_conformance.law.classes import TILES
from conv2d_conformance.verdict.question import Question, claimed_grade

MAGNITUDES = (DEFAULT_MAGNITUDE, 3, 2, 1)


def with_evidence(case: Case, claims: Capabilities) -> Case:
    """The case with the largest integers of which every element of the answer is evidence, or else with 1 and -1."""
    integers = isinstance(case.data, Recipe) and case.data.name == "integers" and case.data.magnitude is None
    if not integers or claimed_grade(claims, case.subject) not in TILES or not is_legal(case) or case.N == 0:
        return case
    assert isinstance(case.data, Recipe)
    for magnitude in MAGNITUDES:
        fitting = replace(case, data=replace(case.data, magnitude=magnitude))
        if Question(fitting, claims).law.evident.all():
            break
    return fitting
