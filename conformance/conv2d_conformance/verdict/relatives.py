"""The relatives of a call: other calls in which the same sums occur, whose bits an invariance promises to be the same.

Each relative is made of the arrays of the call, so that the line of the call alone denotes it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import EllipsisType
from typing import NamedTuple

import numpy as np

from conv2d_conformance.cases.case import ARRAYS, Case, Recipe
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.invariances import THREADS, Invariance
from conv2d_conformance.contract.signatures import MAIN
from conv2d_conformance.verdict.claims import keeps_limits
from conv2d_conformance.verdict.given import Given
from conv2d_conformance.verdict.question import Question

Region = tuple[int | slice | EllipsisType, ...]

EVERYWHERE: Region = (...,)

LARGER = 4
"""By so much are the neighbours of an image enlarged, exactly: a scale that is common to a batch moves by two bits."""

SHIFTS = ((1, 0), (0, 1), (1, 1), (2, 3))
"""In strides; besides these, as far as the input allows. A choice: blocks of two, four and eight change their phase."""

THREAD_COUNTS = ("1", "2", "3")
"""A choice: work is divided not at all, into halves, and with a remainder; each number takes a process."""


class Shared(NamedTuple):
    """The same sums: where they are in the answer to the call, and where in that to its relative."""

    here: Region
    there: Region


@dataclass(frozen=True)
class Relative:
    """A call with the same sums in some places; `words` say how it differs, as in "where image 0 is alone".

    With a number of `threads`, it is made by the same implementation with this value of its option.
    """

    question: Question
    words: str
    shared: tuple[Shared, ...]
    threads: str = ""


def relatives(question: Question, invariance: Invariance) -> list[Relative]:
    """The relatives of a call within the limits; none where it has nothing that the invariance is about.

    A call of another operation than conv2d has none, and no illegal call.
    """
    if question.case.operation != MAIN or question.illegal_because is not None:
        return []
    return [found for found in _OF[invariance](question) if keeps_limits(found.question.case, question.claims)]


def _in_other_batches(question: Question) -> Iterator[Relative]:
    """Each image alone, in another place, among more and among fewer, and among others."""
    case, x = question.case, question.input
    if case.N is None or case.N < 2:
        return
    N, middle = case.N, case.N // 2
    reversed_places = {image: N - 1 - image for image in range(N)}
    for image in sorted({0, middle, N - 1}):
        yield _of_images(question, x[image : image + 1], f"where image {image} is alone", {image: 0})
    yield _of_images(question, x[::-1], "where the images come in reverse", reversed_places)
    yield _of_images(question, x[1:], "without image 0", {image: image - 1 for image in range(1, N)})
    for times, words in ((2, "twice"), (3, "three times")):
        again = _of_images(question, np.concatenate([x] * times), f"where all images come {words}", {})
        yield replace(again, shared=tuple(Shared((i,), (i + k * N,)) for k in range(times) for i in range(N)))
    for words, others in (("zero", np.zeros_like(x)), (f"{LARGER} times as large", x * x.dtype.type(LARGER))):
        others[middle] = x[middle]
        yield _of_images(question, others, f"where all images but {middle} are {words}", {middle: middle})


def _of_images(question: Question, images: Array, words: str, places: dict[int, int]) -> Relative:
    """The call with other images; `places` are those of the same images, here and there."""
    shared = tuple(Shared((here,), (there,)) for here, there in places.items())
    return Relative(_with_input(question, np.ascontiguousarray(images)), words, shared)


def _shifted(question: Question) -> Iterator[Relative]:
    """The input shifted by whole strides, what leaves it on one side entering on the other.

    Output o of an axis reads the cells o * S - lead + k * D of the input, for k below K. It is away from the border if
    the first and the last of them, and so all, are cells of the input. Shifted by a strides, x'[i + a * S] = x[i]
    wherever both are cells. If o and o + a are away from the border, output o + a reads x'[(o + a) * S - lead + k * D]
    = x[o * S - lead + k * D]: the terms of output o, each by the same weight, in every padding mode.
    """
    g = question.geometry
    axes = zip((g.H, g.W), (g.KH, g.KW), g.stride, g.dilation, g.pads, strict=True)
    inner = [_away_from_the_border(size, kernel, s, d, lead) for size, kernel, s, d, (lead, _) in axes]
    room = tuple(len(outputs) - 1 for outputs in inner)
    if min(room) < 0:
        return
    for steps in dict.fromkeys((*SHIFTS, (room[0], 0), (0, room[1]), room)):
        if steps == (0, 0) or any(step > most for step, most in zip(steps, room, strict=True)):
            continue
        by = tuple(step * stride for step, stride in zip(steps, g.stride, strict=True))
        here = tuple(slice(found.start, found.stop - a) for found, a in zip(inner, steps, strict=True))
        there = tuple(slice(found.start + a, found.stop) for found, a in zip(inner, steps, strict=True))
        moved = _with_input(question, np.roll(question.input, by, axis=(-2, -1)))
        words = f"where the input lies {by[0]} rows lower and {by[1]} columns further right"
        yield Relative(moved, words, (Shared((..., *here), (..., *there)),))


def _away_from_the_border(size: int, kernel: int, stride: int, dilation: int, lead: int) -> range:
    """The outputs of one axis whose windows lie in the input: 0 <= o * S - lead, o * S - lead + D * (K - 1) < size."""
    last = size - 1 - dilation * (kernel - 1) + lead
    return range(-(-lead // stride), max(last // stride + 1, -(-lead // stride)))


def _in_other_layouts(question: Question) -> Iterator[Relative]:
    """A dense call in every claimed view, of all arrays and of each; a call of views as a dense one."""
    case = question.case
    if case.view is not None:
        dense = replace(case, view=None, viewed=None)
        arrays = question.request.arrays
        yield _everywhere(Given(dense, question.claims, question.grade, arrays=arrays), "where all arrays are dense")
        return
    # A broadcast view has other values than the dense arrays of the same line.
    for view in sorted(question.claims.views - {"broadcast"}):
        yield _everywhere(_seen(question, replace(case, view=view)), f"where all arrays are {view}")
        for array in ARRAYS:
            if question.request.arrays.get(array) is not None:
                words = f"where the {array} alone is {view}"
                yield _everywhere(_seen(question, replace(case, view=view, viewed=array)), words)


def _with_other_threads(question: Question) -> Iterator[Relative]:
    for threads in THREAD_COUNTS:
        yield replace(_everywhere(question, f"with {THREADS}={threads}"), threads=threads)


def _seen(question: Question, case: Case) -> Question:
    return Question(case, question.claims, question.grade)


def _everywhere(question: Question, words: str) -> Relative:
    return Relative(question, words, (Shared(EVERYWHERE, EVERYWHERE),))


def _with_input(question: Question, x: Array) -> Given:
    """The call with another input, of perhaps another number of images; its line has the shapes and not the data."""
    case = replace(question.case, data=Recipe())
    if case.N is not None:
        case = replace(case, N=x.shape[0])
    return Given(case, question.claims, question.grade, arrays={**question.request.arrays, "input": x})


_OF: dict[Invariance, Callable[[Question], Iterator[Relative]]] = {
    "batch": _in_other_batches,
    "position": _shifted,
    "layout": _in_other_layouts,
    "thread": _with_other_threads,
}
