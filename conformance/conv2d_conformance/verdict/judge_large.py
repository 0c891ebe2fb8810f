"""Judge an answer of any size in time proportional to its arrays.

The law of all elements takes many times the memory of the arrays, and the time of the convolution. Here integers are
judged by random combinations, all elements at once, and other data at sampled elements (`full_size`).
"""

from __future__ import annotations

import numpy as np
from numpy.random import Philox

from conv2d_conformance.cases.case import DEFAULT_MAGNITUDE
from conv2d_conformance.cases.few_integers import few_integers
from conv2d_conformance.contract.answers import Result
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.formats import FORMATS
from conv2d_conformance.full_size.call import four_axes
from conv2d_conformance.full_size.sampled_law import laws_at
from conv2d_conformance.full_size.sampled_places import sampled_places
from conv2d_conformance.full_size.whole_numbers import WholeNumbers
from conv2d_conformance.full_size.wrong_element import WrongElement, wrong_element
from conv2d_conformance.law.allowed import compare
from conv2d_conformance.verdict.fault_sentences import allowed_value, number
from conv2d_conformance.verdict.judgement import Fault, Judgement
from conv2d_conformance.verdict.large_question import LargeQuestion

SAMPLED_PRODUCTS = 1 << 26
"""The products of all sampled elements of an array together, which take some seconds."""

LEAST_SAMPLED, MOST_SAMPLED = 16, 4096

INTEGERS = ("exact", "integers", "one-tap")
"""Recipes whose data are integers, so that all elements are judged."""


def values_at_full_size(question: LargeQuestion, answer: Result) -> Judgement:
    """Judge the values of an answer that has the right form: all of them for integers, some for other data.

    The evidence is the number of elements that were judged, and could have shown a fault.
    """
    recipe = question.case.recipe
    assert recipe is not None
    by_name = {
        name: array if name == "grad_bias" else four_axes(array)
        for name, array in zip(question.shapes, answer.arrays, strict=True)
        if array is not None
    }
    elements = sum(array.size for array in by_name.values())
    if recipe.name in INTEGERS:
        fault = _fault_of_integers(question, by_name)
        judged = Judgement("pass", evidence=elements, elements=elements, observed=answer.observed)
    else:
        fault, evidence, margin = _fault_of_sample(question, by_name)
        share, where = (None, None) if margin is None else margin
        judged = Judgement(
            "pass", evidence=evidence, elements=elements, margin=share, where=where, observed=answer.observed
        )
    return judged if fault is None else Judgement("fail", fault, observed=answer.observed)


def _fault_of_integers(question: LargeQuestion, answers: dict[str, Array]) -> Fault | None:
    for name, answer in answers.items():
        wrong = wrong_element(question.call, name, answer, _numbers(question))
        if wrong is not None:
            return _fault(question, name, wrong)
    return None


def _numbers(question: LargeQuestion) -> WholeNumbers:
    """The numbers that a right answer can have."""
    case, recipe = question.case, question.case.recipe
    assert recipe is not None
    if recipe.name == "exact":
        return WholeNumbers(few_integers(case, FORMATS[case.dtype].precision).largest_sum)
    magnitude = recipe.magnitude or DEFAULT_MAGNITUDE
    taps = case.C // case.groups * case.KH * case.KW
    return WholeNumbers(magnitude * magnitude * taps + magnitude, rounds=True)


def _fault(question: LargeQuestion, name: str, wrong: WrongElement) -> Fault:
    where = _element(question, name, wrong.index)
    return Fault("values", f"{number(wrong.got)} at {where}, and perhaps others", f"{wrong.required}, exactly")


def _element(question: LargeQuestion, name: str, index: tuple[int, ...]) -> str:
    symbols = dict(zip(question.shapes, question.case.signature.symbols, strict=True))
    told = index[1:] if question.case.N is None and name in ("output", "grad_input") else index
    return f"{symbols[name]}[{','.join(map(str, told))}]"


def _fault_of_sample(
    question: LargeQuestion, answers: dict[str, Array]
) -> tuple[Fault | None, int, tuple[float, tuple[int, ...]] | None]:
    """The fault of the first wrong one of sampled elements, how many were evident, and the largest share of a bound."""
    call, case = question.call, question.case
    flushed = question.claims.subnormals.get(case.dtype) == "flushed"
    assert case.recipe is not None
    generator = np.random.Generator(Philox(key=case.recipe.seed))
    evidence, margin = 0, None
    for name, answer in answers.items():
        places = sampled_places(answer.shape, _sample_size(question, name), generator)
        for some, law in laws_at(call, name, places, question.accuracy, flushed=flushed):
            got = answer[tuple(np.array(some).T)].reshape(law.high.shape)
            found = compare(got, law)
            if found.wrong.any():
                first = int(found.wrong.argmax())
                place = (0, first, 0, 0)
                what = f"{number(float(got[place]))} at {_element(question, name, some[first])}"
                sample = f"{int(found.wrong.sum())} of {len(some)} sampled elements are wrong"
                return Fault("values", f"{what}; {sample}", allowed_value(law, place, answer.dtype)), 0, None
            evidence += int(np.count_nonzero(law.evident))
            ratio = np.where(law.evident, found.ratio, 0.0)
            worst = int(ratio.argmax())
            if margin is None or ratio.flat[worst] > margin[0]:
                margin = float(ratio.flat[worst]), some[worst]
    return None, evidence, margin


def _sample_size(question: LargeQuestion, name: str) -> int:
    g = question.geometry
    images = 1 if g.N is None else g.N
    products_of_element = {
        "output": g.C // g.groups * g.KH * g.KW,
        "grad_input": g.M // g.groups * g.KH * g.KW,
        "grad_weight": images * g.OH * g.OW,
        "grad_bias": images * g.OH * g.OW,
    }[name]
    return min(max(SAMPLED_PRODUCTS // products_of_element, LEAST_SAMPLED), MOST_SAMPLED)
