"""Judge whether several answers to one question are the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from conv2d_conformance.contract.answers import Answer, Result
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.verdict.fault_sentences import REPEATED
from conv2d_conformance.verdict.judgement import Fault, Judgement


def differences(one: Array, other: Array) -> npt.NDArray[np.intp]:
    """The places where two arrays of equal shape differ, other than in the signs of zeros and NaN."""
    return np.argwhere(~((one == other) | ((one != one) & (other != other))))


def judge_repetitions(judgement: Judgement, answers: Sequence[Answer], symbols: Sequence[str]) -> Judgement:
    """Judge the answers to one call together, given the judgement of each alone up to the first wrong one.

    Right answers must also be equal, except for the signs of zeros and NaN. Answers to illegal calls are all
    rejections. `symbols` are the names of the arrays.
    """
    if len(answers) != judgement.calls:
        judgement = replace(judgement, calls=len(answers))
    if judgement.fault is not None:
        return judgement
    first, *others = [answer.arrays for answer in answers if isinstance(answer, Result)] or [()]
    for number, arrays in enumerate(others, start=2):
        for name, one, other in zip(symbols, first, arrays, strict=False):
            if one is None or other is None:
                continue
            different = differences(one, other)
            if len(different):
                where = tuple(int(i) for i in different[0])
                got = (
                    f"{other[where]} at {name}[{','.join(map(str, where))}] from call {number}, where the first gave "
                    f"{one[where]}; {len(different)} of {other.size} elements differ"
                )
                fault = Fault("repeated", got, REPEATED)
                return replace(judgement, outcome="fail", fault=fault)
    return judgement
