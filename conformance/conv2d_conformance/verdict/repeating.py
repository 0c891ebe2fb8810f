"""Whether several answers to one question are the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from conv2d_conformance.implementation.answers import Answer, Result
from conv2d_conformance.verdict.judge import Fault, Judgement


def judge_repetitions(judgement: Judgement, answers: Sequence[Answer]) -> Judgement:
    """The judgement of answers that are all right, in which they must be equal too: zeros and NaN whatever their sign.

    Answers to illegal calls are all rejections.
    """
    first, *others = [answer.arrays[0] for answer in answers if isinstance(answer, Result)] or [None]
    for number, array in enumerate(others, start=2):
        assert first is not None
        assert array is not None
        different = np.argwhere(~((first == array) | ((first != first) & (array != array))))
        if len(different):
            where = tuple(int(i) for i in different[0])
            got = (
                f"{array[where]} at y[{','.join(map(str, where))}] from call {number}, where the first gave "
                f"{first[where]}; {len(different)} of {array.size} elements differ"
            )
            return replace(judgement, outcome="fail", fault=Fault("repeated", got, "the same bits from the same call"))
    return judgement
