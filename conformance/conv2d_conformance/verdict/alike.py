"""Judge whether a call and its relatives have the same bits where they have the same sums."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from conv2d_conformance.contract.answers import Answer, Implementation, Result, ask_with_option
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.invariances import THREADS, Invariance
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.judgement import Fault, Judgement
from conv2d_conformance.verdict.question import Question
from conv2d_conformance.verdict.relatives import Relative
from conv2d_conformance.verdict.repetitions import differences

REQUIRED: dict[Invariance, str] = {
    "batch": "the same bits for an image, whatever else is in the batch",
    "position": "the same bits, shifted, wherever the input lies",
    "layout": "the same bits, however the arrays lie in memory",
    "thread": "the same bits, whatever the number of threads",
}


def judge_alike(
    question: Question,
    judgement: Judgement,
    answer: Answer,
    invariance: Invariance,
    found: Iterable[Relative],
    implementation: Implementation,
) -> Judgement:
    """Judge the answer to a call beside those to its relatives, which it asks; `judgement` is that of the call alone.

    A relative that is answered by no array fails too. Evidence are the shared elements that may be rounded: what every
    order of summation must give exactly says nothing of an invariance.
    """
    if judgement.outcome != "pass" or not isinstance(answer, Result):
        return judgement
    (y,) = answer.arrays
    assert y is not None, "a right answer"
    covered = np.zeros(y.shape, bool)
    for relative in found:
        other = _asked(implementation, relative)
        judged = judge(relative.question, other, values=False)
        if (fault := judged.fault) is not None:
            told = Fault(invariance, f"{fault.got}, {relative.words}", REQUIRED[invariance], fault.broken)
            return replace(judgement, outcome=judged.outcome, fault=told)
        assert isinstance(other, Result)
        (z,) = other.arrays
        assert z is not None, "an answer of the right form"
        if (got := _difference(y, z, relative)) is not None:
            return replace(judgement, outcome="fail", fault=Fault(invariance, got, REQUIRED[invariance]))
        for here, _ in relative.shared:
            covered[here] = True
    rounded = ~question.law.fixed.reshape(y.shape) & covered
    evidence = int(np.count_nonzero(rounded)) if question.exposes_faults else 0
    return replace(judgement, evidence=evidence)


def _asked(implementation: Implementation, relative: Relative) -> Answer:
    request = relative.question.request
    if not relative.threads:
        return implementation.ask(request)
    return ask_with_option(implementation, THREADS, relative.threads, request)


def _difference(y: Array, z: Array, relative: Relative) -> str | None:
    """The first element that differs, and how many do."""
    first, count, size = None, 0, 0
    for here, there in relative.shared:
        found = differences(y[here], z[there])
        if len(found) and first is None:
            place = tuple(map(int, found[0]))
            names = np.arange(y.size).reshape(y.shape)[here]
            index = ",".join(str(int(i)) for i in np.unravel_index(names[place], y.shape))
            first = f"{z[there][place]} {relative.words}, in the place of {y[here][place]} at y[{index}]"
        count, size = count + len(found), size + y[here].size
    return None if first is None else f"{first}; {count} of {size} elements differ"
