"""A mutant's sentence is true where it names a condition: it is right in every call that the condition leaves out.

That it is wrong somewhere, `selftest` shows of each mutant: in a call that the condition admits, then.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from conv2d_conformance import spec
from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.data import call
from conv2d_conformance.cases.geometry import geometry
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.cases.limited import is_inside
from conv2d_conformance.cases.strategies import sample
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.gradients_call import derived
from conv2d_conformance.mutants import Mutant, breaks, catalogue
from conv2d_conformance.mutants.gradients_state import shortened
from conv2d_reference.arguments import Geometry

Holds = Callable[[Case, Geometry], bool]
"""Whether a call is one that a condition admits, or may be."""


def of_kernel(m: re.Match[str]) -> Holds:
    return lambda _, g: (int(m[1]), int(m[2])) == (g.KH, g.KW)


def of_large_kernel(m: re.Match[str]) -> Holds:
    return lambda _, g: int(m[1]) <= g.KH and int(m[2]) <= g.KW


def of_dtype(m: re.Match[str]) -> Holds:
    return lambda case, _: case.dtype == m[1]


def of_16_bits(_: re.Match[str]) -> Holds:
    return lambda case, _: case.dtype in ("float16", "bfloat16")


def at_least(size: str) -> Callable[[re.Match[str]], Holds]:
    """Of channels and filters it may be meant of a group or of all: the larger number decides."""
    return lambda m: lambda _, g: (getattr(g, size) or 1) >= int(m[1])


def of_mode(m: re.Match[str]) -> Holds:
    return lambda case, _: case.padding_mode == m[1]


def where(holds: Holds) -> Callable[[re.Match[str]], Holds]:
    return lambda _: holds


CONDITIONS: dict[str, Callable[[re.Match[str]], Holds]] = {
    r"\b(?:conv2d|gradients|convolutions) of (bfloat16|float16|float64)\b": of_dtype,
    r"\b(float32) data\b": of_dtype,
    r"\bcomputes (?:depthwise convolutions of )?(float64|float16|bfloat16) in\b": of_dtype,
    r" in (bfloat16|float16|float32|float64)(?:$|, over)": of_dtype,
    r"\b(?:conv2d|gradients) of 16-bit numbers\b|\b16-bit results\b": of_16_bits,
    r"\b(\d+) x (\d+) conv2d\b": of_kernel,
    r"\bkernels? of (\d+) ?x ?(\d+)(?: where|$| on| at| in)": of_kernel,
    r"\bkernels? of (\d+) x (\d+) or more\b": of_large_kernel,
    r"\b(\d+) channels or more\b|\bfrom (\d+) channels\b": lambda m: lambda _, g: int(m[1] or m[2]) <= g.C,
    r"\b(\d+) filters or more\b": at_least("M"),
    r"\b(\d+) images or more\b": at_least("N"),
    r"\b(?:a|strided) depthwise (?:\d x \d )?conv2d\b|\bin depthwise convolutions\b|\bwhere it is depthwise\b": where(
        lambda _, g: g.groups == g.C
    ),
    r"\bof (?:strided |dilated )?depthwise convolutions\b": where(lambda _, g: g.groups == g.C),
    r"\bwith groups\b|\bgrouped\b|\bthere are both groups\b": where(lambda _, g: g.groups > 1),
    r"\bwith a stride\b|\bstrided\b|\bthere is a stride\b|\bhas a stride\b|\bwith strides beyond\b": where(
        lambda _, g: g.stride != (1, 1)
    ),
    r"\bdilated\b|\bunder a dilation\b|\bthere is a dilation\b": where(lambda _, g: g.dilation != (1, 1)),
    r"\bwithout a stride\b(?!,)": where(lambda _, g: g.stride == (1, 1)),
    r"\bwhere there is padding\b|\bthat pads\b|\bthat, padded by\b": where(lambda _, g: any(map(any, g.pads))),
    r"\bthe mode \"?(reflect|replicate|circular)\b": of_mode,
    r"\bthat reflects\b|\bto reflect\b|\bunder reflection\b": where(lambda case, _: case.padding_mode == "reflect"),
    r"\bmodes reflect, replicate and circular\b": where(lambda case, _: case.padding_mode != "zeros"),
    r"\bgoes? round\b|\bgoing round\b": where(lambda case, _: case.padding_mode == "circular"),
    r"\bempty batch\b|\bthe batch is empty\b": where(lambda _, g: g.N == 0),
    r"\bunbatched\b|\binput of three axes\b|\binput has no batch\b": where(lambda _, g: g.N is None),
    r"\bconv2d without its bias\b|\b(?:whose|adds the|the same) bias\b": where(lambda case, _: case.bias),
    r"\bthere is no bias\b|\bwithout a bias\b": where(lambda case, _: not case.bias),
    r"\bpadding \"?(same|valid)\b": lambda m: lambda case, _: case.padding == m[1],
    r"\bimages (?:after|from) the\b|\bimages but the first\b|\blater images\b|\bfor batches\b": where(
        lambda _, g: (g.N or 1) > 1
    ),
    r"\bkernels of an even number of rows\b": where(lambda _, g: g.KH % 2 == 0),
    r"\bkernels of an even number of columns\b": where(lambda _, g: g.KW % 2 == 0),
    r"\bsquare kernels?\b|\bwhere it is square\b": where(lambda _, g: g.KH == g.KW),
    r"\bstrides differ\b": where(lambda _, g: g.stride[0] != g.stride[1]),
    r"\bdilations differ\b": where(lambda _, g: g.dilation[0] != g.dilation[1]),
    r"(?<!are )\bNaN\b|\binfinit|\bfinite\b|\btimes zero\b|\bby zero\b": where(
        lambda *_: False
    ),  # all data are finite here
}
"""By a phrase, which calls it admits."""


SEVERAL = (
    "n2c16h6w7 m16k3 p1 bias",
    "n1c32h5w5 m2k1",
    "n2c8h5w4 m8k3x2 g8 bias",
    "n3c4h9w9 m4k5 g2 s2",
    "n2c1h12w11 m2k7 p3 d1",
    "n2c2h8w9 m3k2x4 d2x1 bias",
    "n8c2h3w3 m2k1 s2",
    "n2c6h7w7 m6k3 g6 s2x1 p1",
)
"""Calls that are seldom drawn: many channels, large kernels, depthwise ones."""


@cache
def panel(operation: str) -> list[tuple[Case, Geometry]]:
    dtypes = ("float32", "float64", "float16", "bfloat16")
    lines = [f"{line} {dtypes[number % 4]} integers:{number}" for number, line in enumerate(SEVERAL)]
    drawn = [case for seed, dtype in enumerate(dtypes) for case in sample(10, seed, dtype=dtype)]
    cases = [*map(parse, lines), *drawn]
    if operation == "gradients":
        cases = [parse(f"{format_case(case)} grad") for case in cases]
    return [(case, geometry(case)) for case in cases]


@cache
def right_answer(case: Case) -> tuple[Any, ...]:
    arguments, arrays = call(case)
    if case.operation == "gradients":
        return tuple(derived(**arrays, **arguments).right())
    return (Call(**arrays, **arguments, given=frozenset(arguments)).right(),)


def is_right(mutant: Mutant, case: Case) -> bool:
    """Whether the mutant gives the very answer of the implementation that it is made of."""
    arguments, arrays = call(case)
    try:
        answer = getattr(mutant.adapter, case.operation)(**arrays, **arguments)
    except (TypeError, ValueError):
        return False
    answers = answer if case.operation == "gradients" else (answer,)
    return all(
        found is right or (found is not None and found.dtype == right.dtype and np.array_equal(found, right))
        for found, right in zip(answers, right_answer(case), strict=True)
    )


def conditions_of(sentence: str) -> list[Holds]:
    return [make(m) for pattern, make in CONDITIONS.items() if (m := re.search(pattern, sentence))]


def operation_of(mutant: Mutant) -> str:
    return spec.get(mutant.breaks).operation


def wrong_elsewhere(mutant: Mutant) -> list[str]:
    """The calls within a mutant's limits in which it is wrong although its sentence leaves them out."""
    conditions, limits = conditions_of(mutant.sentence), mutant.adapter.capabilities.limits
    return [
        format_case(case)
        for case, found in panel(operation_of(mutant))
        if is_inside(case, limits)
        and not all(holds(case, found) for holds in conditions)
        and not is_right(mutant, case)
    ]


CONDITIONED = [
    name
    for name, mutant in catalogue().items()
    if operation_of(mutant) != "initialize" and conditions_of(mutant.sentence)
]


def test_conditions_are_understood() -> None:
    """None of the phrases is idle, and each leaves calls out."""
    sentences = [catalogue()[name].sentence for name in CONDITIONED]
    assert len(CONDITIONED) > 250
    for pattern, make in CONDITIONS.items():
        found = next(filter(None, (re.search(pattern, sentence) for sentence in sentences)), None)
        assert found is not None, pattern
        holds = make(found)
        assert not all(holds(case, g) for case, g in panel("conv2d")), pattern


@pytest.mark.parametrize("name", CONDITIONED)
def test_a_mutant_is_right_where_its_sentence_does_not_say_that_it_is_wrong(name: str) -> None:
    assert wrong_elsewhere(catalogue()[name]) == []


def told(sentence: str, function: Callable[[Call], Array]) -> Mutant:
    """A mutant with this sentence, whatever it does."""
    function.__doc__ = sentence
    return breaks("values.definition")(function)


def one_too_large(call: Call) -> Array:
    return call.right() + 1


@pytest.mark.parametrize("sentence", ["a depthwise conv2d that adds 1", "a conv2d that adds 1 under kernels of 1 x 1"])
def test_a_false_condition_is_noticed(sentence: str) -> None:
    assert wrong_elsewhere(told(sentence, one_too_large))


# ---- what stands in the place of the right answer ----------------------------------------------------------------

ZEROS = re.compile(
    r"\b(?:column|row|rows|planes|filters|output channels from 32 on|\d\d of them) (?:is|are) zero\b"
    r"|\bis zero(?: in the images| *$)|\bzero throughout\b|\bleaves [^,]*\bzero$|\b(?:output|pixels) being zero\b"
)
ZEROED = [name for name, mutant in catalogue().items() if ZEROS.search(mutant.sentence)]


def not_zeroed(mutant: Mutant) -> list[str]:
    """The calls in which what is wrong is something else than zero."""
    wrong = []
    for case, _ in panel("conv2d"):
        arguments, arrays = call(case)
        answer, (right,) = mutant.adapter.conv2d(**arrays, **arguments), right_answer(case)
        if np.any((answer != right) & (answer != 0)):
            wrong.append(format_case(case))
    return wrong


@pytest.mark.parametrize("name", [name for name in ZEROED if operation_of(catalogue()[name]) == "conv2d"])
def test_what_is_said_to_be_zero_is_zero(name: str) -> None:
    assert not_zeroed(catalogue()[name]) == []


def test_something_else_than_zero_is_noticed() -> None:
    mutant = told("a conv2d whose last column is zero", one_too_large)
    assert ZEROS.search(mutant.sentence)
    assert not_zeroed(mutant)


def swapped(value: Any) -> Any:
    return value[::-1] if isinstance(value, tuple) else value


DESCRIBED: dict[str, Callable[[Call], Array]] = {
    "a conv2d that takes the stride as (width, height)": lambda c: c.right(stride=swapped(c.stride)),
    "a conv2d that takes padding as (width, height)": lambda c: c.right(padding=swapped(c.padding)),
    "a conv2d that takes the dilation as (width, height)": lambda c: c.right(dilation=swapped(c.dilation)),
    "a conv2d that ignores the dilation": lambda c: c.right(dilation=(1, 1)),
    "a conv2d that uses the stride of the height for both axes": lambda c: c.right(stride=c.geometry.stride[0]),
    "a conv2d that uses the dilation of the height for both axes": lambda c: c.right(dilation=c.geometry.dilation[0]),
    "a conv2d that knows no stride above 2": lambda c: c.right(stride=tuple(np.minimum(c.geometry.stride, 2).tolist())),
    "a conv2d without its bias": lambda c: c.right(bias=None),
    "a conv2d whose bias is added twice": lambda c: c.right(bias=None if c.bias is None else 2 * c.bias),
    "a conv2d whose kernel is flipped (true convolution)": lambda c: c.right(weight=c.weight[..., ::-1, ::-1]),
    "a conv2d whose kernel is mirrored from left to right": lambda c: c.right(weight=c.weight[..., ::-1]),
    "a conv2d whose output channels come in reverse order": lambda c: c.right()[..., ::-1, :, :],
    "a conv2d followed by ReLU": lambda c: np.maximum(c.right(), 0),
    "a conv2d that pads with zeros in every mode": lambda c: c.right(padding_mode="zeros"),
    "a conv2d that puts all padding at the bottom and the right": lambda c: (
        c.right()
        if c.padding_mode != "zeros"
        else c.padded_by_hand(((0, sum(c.geometry.pads[0])), (0, sum(c.geometry.pads[1]))))
    ),
    'a conv2d whose padding "same" is valid': lambda c: c.right(padding="valid" if c.padding == "same" else c.padding),
    "zero throughout": lambda c: 0 * c.right(),
}
"""Sentences that say all of what a mutant computes."""


def outcome(function: Callable[[], Array]) -> Any:
    """The answer as it can be compared, or that there is none."""
    try:
        answer = function()
    except (TypeError, ValueError):
        return None
    return answer.dtype.name, answer.shape, answer.astype(np.float64).tolist()


@pytest.mark.parametrize("sentence", DESCRIBED)
def test_a_mutant_computes_what_its_sentence_describes(sentence: str) -> None:
    (mutant,) = (mutant for mutant in catalogue().values() if mutant.sentence == sentence)
    differs = False
    for case, _ in panel("conv2d"):
        arguments, arrays = call(case)
        asked: Any = Call(**arrays, **arguments, given=frozenset(arguments))
        answer = outcome(lambda: mutant.adapter.conv2d(**arrays, **arguments))  # noqa: B023  # called at once
        assert answer == outcome(lambda: DESCRIBED[sentence](asked)), format_case(case)  # noqa: B023
        differs |= answer != outcome(asked.right)
    assert differs


@pytest.mark.parametrize("bits", [3, 6, 7])
def test_what_is_said_to_be_rounded_to_some_bits_has_them_and_is_the_nearest(bits: int) -> None:
    numbers = np.array([0.0, 1.0, -0.1, 83.0, -1408533.0, 2.0**-30 / 3])
    rounded = shortened(numbers, bits)
    mantissa, _ = np.frexp(rounded)
    assert (np.ldexp(mantissa, bits) % 1 == 0).all()
    _, exponent = np.frexp(numbers)
    assert (np.abs(rounded - numbers) <= np.ldexp(0.5, exponent - bits)).all()


def test_sums_that_are_said_to_lose_four_bits_lose_four() -> None:
    mutant = catalogue()["sums_rounded_to_20_bits"]
    arrays = {"input": np.full((1, 2, 1, 1), 1 + 2**-22, np.float32), "weight": np.ones((1, 2, 1, 1), np.float32)}
    (answer,) = mutant.adapter.conv2d(**arrays).ravel()
    assert answer == 2  # 2 + 2^-21 has 23 bits
    arrays["input"] = np.full((1, 2, 1, 1), 1 + 2**-19, np.float32)
    (answer,) = mutant.adapter.conv2d(**arrays).ravel()
    assert answer == 2 + 2**-18  # which has 20
