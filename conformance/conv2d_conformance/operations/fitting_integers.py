"""Choose integers so small that a right answer is evidence in an accuracy class.

In most classes integers add up exactly. Where a class keeps fewer bits, or transforms the data, large integers are
rounded. Once the bound reaches half an integer, a wrong product could hide, and a right answer is no evidence. So the
integers become as small as the class needs. Where even 1 and -1 are too large for the number of products, each filter
keeps one tap.
"""

from __future__ import annotations

import math
from dataclasses import replace

from conv2d_conformance.cases.case import DEFAULT_MAGNITUDE, Case, Elements, Recipe
from conv2d_conformance.cases.geometry import geometry, is_legal
from conv2d_conformance.law import fourier, winograd
from conv2d_conformance.law.classes import AccuracyClass

WHOLE = ("integers", "brim", "impulse", "odd")
"""Recipes of integers. `brim` fills an accumulator that not every grade has. The last two have large integers, which no
transform computes exactly."""


def with_fitting_integers(case: Case, accuracy: AccuracyClass) -> Case:
    """The case with integers small enough for the class; the case itself where they already are."""
    recipe = case.recipe
    if recipe is None or recipe.name not in WHOLE or accuracy.keeps_all:
        return case
    fitting = _fitting(recipe, case, accuracy)
    if fitting == recipe:
        return case
    return replace(case, data=replace(case.data, base=fitting) if isinstance(case.data, Elements) else fitting)


def is_told_apart(case: Case, accuracy: AccuracyClass) -> bool:
    """Whether every right answer to the case of a transform's class is nearer to its integer than to any other.

    With one tap, Winograd's algorithm adds products of zeros for all channels but one, and that rounds nothing: N of
    the proof in `law.winograd` is that of one channel, for which the bound of the usual integers is below 1/2.
    """
    name = None if case.recipe is None else case.recipe.name
    if name == "one-tap":
        return not accuracy.by_fourier or fourier.keeps_pixels(accuracy, DEFAULT_MAGNITUDE, _padded(case))
    return name == "integers" and with_fitting_integers(case, accuracy) == case


def _fitting(recipe: Recipe, case: Case, accuracy: AccuracyClass) -> Recipe:
    kernel, channels = (case.KH, case.KW), case.C // case.groups
    by_winograd = accuracy.tile is not None and _is_transformed(case)
    if recipe.name in ("impulse", "odd") and not (by_winograd or accuracy.by_fourier):
        return recipe
    if by_winograd:
        largest = winograd.largest_integers(accuracy, channels, kernel)
    elif accuracy.by_fourier:
        largest = fourier.largest_integers(accuracy, channels, kernel, _padded(case))
    else:
        terms = channels * math.prod(kernel) + 1
        bits = min(accuracy.accumulator.precision, accuracy.output.precision)
        largest = min(math.isqrt(2**bits // terms), 2**accuracy.kept_bits)
    magnitude = min(recipe.magnitude or DEFAULT_MAGNITUDE, largest)
    return Recipe("integers", recipe.seed, magnitude) if magnitude else Recipe("one-tap", recipe.seed)


def _padded(case: Case) -> tuple[int, int]:
    """The sides of a plane with its padding."""
    legal = replace(case, overrides=())
    if not is_legal(legal):
        return (case.H, case.W)
    (top, bottom), (left, right) = geometry(legal).pads
    return (top + case.H + bottom, left + case.W + right)


def _is_transformed(case: Case) -> bool:
    unit_steps = case.stride in (1, (1, 1)) and case.dilation in (1, (1, 1))
    return unit_steps and winograd.suits(winograd.SMALLEST_TILE, (case.KH, case.KW))
