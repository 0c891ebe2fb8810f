"""Accuracy classes: how much every single operation of an implementation may err."""

from __future__ import annotations

from dataclasses import dataclass

from conv2d_conformance.law.formats import FORMATS


@dataclass(frozen=True, slots=True)
class AccuracyClass:
    """Relative errors allowed to each product and each addition.

    neighbours: 1 where a result is rounded to nearest, 2 where it may be either neighbour (directed rounding).
    """

    name: str
    product: float
    addition: float
    neighbours: int


def class_a(dtype: str) -> AccuracyClass:
    """IEEE arithmetic of the dtype itself, rounded to nearest, in any order of summation, with or without FMA."""
    unit = FORMATS[dtype].unit
    return AccuracyClass("A", product=unit, addition=unit, neighbours=1)
