"""Find a wrong element of a large answer of integers.

Random combinations of elements tell whether there is one (`identities`), and bisection tells where. The element is then
computed exactly from its own factors (`windows`), so that no failure rests on chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.full_size import identities, identity_of_weight, windows
from conv2d_conformance.full_size.call import LargeCall
from conv2d_conformance.full_size.field import drawn
from conv2d_conformance.full_size.identities import CHECKS, Identity, Ranges
from conv2d_conformance.full_size.planes import length, total
from conv2d_conformance.full_size.whole_numbers import NoSuchSum, WholeNumbers
from conv2d_conformance.full_size.windows import Gather, exact_sum


@dataclass(frozen=True)
class PartOfAnswer:
    """One array that comes back: its identity, None where each element is summed by itself, and its factors."""

    identity: Identity | None
    gather: Gather


PARTS = {
    "output": PartOfAnswer(identities.of_output, windows.of_output),
    "grad_input": PartOfAnswer(identities.of_grad_input, windows.of_grad_input),
    "grad_weight": PartOfAnswer(identity_of_weight.of_grad_weight, windows.of_grad_weight),
    "grad_bias": PartOfAnswer(None, windows.of_grad_bias),
}


@dataclass(frozen=True)
class WrongElement:
    """A wrong element: its index, what came, and the exact value."""

    index: tuple[int, ...]
    got: float
    required: int


def wrong_element(call: LargeCall, name: str, answer: Array, numbers: WholeNumbers) -> WrongElement | None:
    """A wrong element of an answer to integer data; None where none is wrong, up to `identities.ESCAPE`.

    `numbers` are those that a right answer can have.
    """
    part = PARTS[name]
    try:
        if part.identity is None:
            index = _wrong_sum(call, part.gather, answer, numbers)
        else:
            index = _wrong_place(call, part.identity, answer, numbers)
    except NoSuchSum as wrong:
        index = wrong.index
    if index is None:
        return None
    got, required = float(answer[index]), exact_sum(call, part.gather, index)
    if name == "output" and call.bias is not None:
        required += int(call.bias[index[1]])
    assert got != required, f"{name}{index} is right, and random combinations differ"
    return WrongElement(index, got, required)


def _wrong_sum(call: LargeCall, gather: Gather, answer: Array, numbers: WholeNumbers) -> tuple[int, ...] | None:
    whole = numbers.of(answer)
    return next((i for i in np.ndindex(answer.shape) if int(whole[i]) != exact_sum(call, gather, i)), None)


def _agree(call: LargeCall, identity: Identity, answer: Array, ranges: Ranges, numbers: WholeNumbers) -> bool:
    """Whether random combinations of a part of the answer are as they must be.

    NoSuchSum, with its index in the part, where an element is none of the `numbers`.
    """
    generator = np.random.default_rng()  # seeded by the system: nobody can know the coefficients beforehand
    e = tuple(drawn(generator, length(part), CHECKS) for part in ranges)
    assert len(e) == 4
    return bool((total(answer[ranges], e, numbers) == identity(call, ranges, e)).all())


def _everywhere(shape: tuple[int, ...]) -> Ranges:
    first, second, third, fourth = (slice(0, size) for size in shape)
    return first, second, third, fourth


def _wrong_place(call: LargeCall, identity: Identity, answer: Array, numbers: WholeNumbers) -> tuple[int, ...] | None:
    """The index of a wrong element of an answer of four axes; None where random combinations are as they must be.

    NoSuchSum where an element is none of the `numbers`. Bisection takes about as long as two more checks.
    """
    ranges = _everywhere(answer.shape)
    if _agree(call, identity, answer, ranges, numbers):
        return None
    for axis in range(4):
        while length(ranges[axis]) > 1:
            start, stop = ranges[axis].start, ranges[axis].stop
            halves_of_it = (slice(start, (start + stop) // 2), slice((start + stop) // 2, stop))
            first, second = ((*ranges[:axis], half, *ranges[axis + 1 :]) for half in halves_of_it)
            ranges = _ranges(second if _agree(call, identity, answer, _ranges(first), numbers) else first)
    return tuple(part.start for part in ranges)


def _ranges(found: tuple[slice, ...]) -> Ranges:
    first, second, third, fourth = found
    return first, second, third, fourth
