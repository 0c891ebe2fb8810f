"""Two questions asked at once, which two threads of one process answer."""

from __future__ import annotations

from dataclasses import replace

from conv2d_conformance.contract.answers import Answer, Request, Result
from conv2d_conformance.implementation.concurrent_calls import ROUNDS
from conv2d_conformance.verdict.question import Question

QuestionPair = tuple[Question, Question]


def request_of(pair: QuestionPair) -> Request:
    """The request for both. Each call is made once alone, and then repeatedly beside the other."""
    first, second = (question.request for question in pair)
    return replace(first, beside=second, products=(1 + ROUNDS) * (first.products + second.products))


def answers_of(answer: Answer) -> tuple[Answer, Answer]:
    """The answer to each of the two. Anything but a result is the answer to both."""
    if not isinstance(answer, Result):
        return answer, answer
    half = len(answer.arrays) // 2
    return replace(answer, arrays=answer.arrays[:half]), replace(answer, arrays=answer.arrays[half:])
