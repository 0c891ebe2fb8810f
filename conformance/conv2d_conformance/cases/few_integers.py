"""How many integers may meet in a sum, so that a dtype holds every sum exactly.

Let the magnitudes be at most a, and let at most L products be non-zero in any sum. Then every partial sum of products
and bias is at most a^2 L + a, and exact in any order where that is at most 2^bits. With more products than L, only one
in `step` weights is non-zero: those whose number, shifted by an amount of their owner's, is a multiple of the step.
Consecutive numbers of one owner then have at most ceil(count / step) non-zero ones.

In a convolution the owner is a filter, and the numbers count its taps. In gradients both other sums must be exact too:
a channel owns the weights that its gradient adds up, and a filter the elements of grad_output in all images. Each
weight meets as many elements of grad_output as the padding makes copies of a cell, so that at most L / copies weights
are not zero. Where there are more copies than L, one weight is left, and meets the at most L elements of its filter.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from conv2d_conformance.cases.case import Case
from conv2d_conformance.contract.arrays import Shape
from conv2d_conformance.contract.formats import FORMATS

Numbering = Callable[[npt.NDArray[np.int64], Shape], tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]
"""The owner of each element, from its place in the flat array, and its number among the owner's."""

SINGLE = FORMATS["float32"].precision
"""Bits of the sums, at most: an accumulator of float32 is exact for every dtype."""

LARGE, SMALL = 7, 3
"""Magnitudes for dtypes with at least the bits of float32, and for those with fewer."""


@dataclass(frozen=True)
class Thinning:
    """Which elements of an array are not zero: one in `step` of each of its `owners`."""

    step: int
    owners: int
    numbering: Numbering


@dataclass(frozen=True)
class FewIntegers:
    """The magnitude of the integers, the largest possible sum, and a rule for each array that is thinned out."""

    magnitude: int
    largest_sum: int
    rules: dict[str, Thinning]


@lru_cache(64)
def few_integers(case: Case, bits: int) -> FewIntegers:
    """The integers of the recipe `exact` for a case."""
    bits = min(bits, SINGLE)
    magnitude = LARGE if bits == SINGLE else SMALL
    most = (2**bits - magnitude) // magnitude**2
    taps, filters = case.KH * case.KW, case.M // case.groups
    rules = {}
    if not case.hands_over_output:
        if (step := -(-(case.C // case.groups * taps) // most)) > 1:
            rules["weight"] = Thinning(step, case.M, _by_filter)
    else:
        if (step := -(-(filters * taps) // max(1, most // _copies(case)))) > 1:
            rules["weight"] = Thinning(step, case.C, _by_channel(case.C // case.groups, filters))
        N, M, *sides = case.output_shape if case.N is not None else (1, *case.output_shape)
        if (step := -(-(N * math.prod(sides)) // most)) > 1:
            rules["grad_output"] = Thinning(step, M, _by_position)
    return FewIntegers(magnitude, 2**bits, rules)


def _copies(case: Case) -> int:
    """The most cells of the padded input that are copies of one element, or more."""
    if case.padding_mode == "zeros" or case.padding == "valid":
        return 1
    if case.padding_mode != "replicate":
        return 9  # the element itself, and one copy on either side of it, on each axis
    pads = case.padding
    if isinstance(pads, str):
        dilation = case.dilation if isinstance(case.dilation, tuple) else (case.dilation,) * 2
        pads = (dilation[0] * (case.KH - 1), dilation[1] * (case.KW - 1))
    pads = pads if isinstance(pads, tuple) else (pads, pads)
    # An axis of one element has copies on both sides of it.
    return (1 + 2 * pads[0]) * (1 + 2 * pads[1])


def _by_filter(place: npt.NDArray[np.int64], shape: Shape) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    owner, number = np.divmod(place, math.prod(shape[1:]))
    return owner, number


def _by_channel(channels: int, filters: int) -> Numbering:
    """The weights (M, channels, KH, KW) that the gradient of each input channel adds up."""

    def numbering(place: npt.NDArray[np.int64], shape: Shape) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        taps = math.prod(shape[2:])
        rest, tap = np.divmod(place, taps)
        m, channel = np.divmod(rest, channels)
        group, filter_of_group = np.divmod(m, filters)
        return group * channels + channel, filter_of_group * taps + tap

    return numbering


def _by_position(place: npt.NDArray[np.int64], shape: Shape) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The elements of grad_output that the gradient of each filter adds up, in all images."""
    pixels = math.prod(shape[-2:])
    rest, pixel = np.divmod(place, pixels)
    image, owner = np.divmod(rest, shape[-3])
    return owner, image * pixels + pixel
