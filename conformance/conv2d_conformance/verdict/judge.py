"""Judge one answer to one case: only the case decides what is allowed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from conv2d_conformance.contract.answers import Answer, Broken, Rejected, Result
from conv2d_conformance.contract.arrays import Array, dtype_of
from conv2d_conformance.law.allowed import compare
from conv2d_conformance.law.joined_arrays import row_of
from conv2d_conformance.verdict.fault_sentences import ANY_ANSWER, BEYOND, REFUSED, describe_wrong_elements
from conv2d_conformance.verdict.grading import Grading
from conv2d_conformance.verdict.judge_large import values_at_full_size
from conv2d_conformance.verdict.judgement import Fault, Judgement
from conv2d_conformance.verdict.large_question import LargeQuestion
from conv2d_conformance.verdict.question import Question


def judge(question: Question, answer: Answer, *, values: bool = True, grading: Grading | None = None) -> Judgement:
    """Judge whether the answer is allowed. Without `values`, only its dtype and shape count.

    `grading` notes how accurate the answer is, right or wrong. Beyond the limits of the implementation, a call may be
    refused or answered rightly: either is one fact, and says nothing of the accuracy.
    """
    if isinstance(answer, Broken):
        return Judgement("error", Fault("answered", answer.sentence, ANY_ANSWER, answer.kind))
    if question.illegal_because is not None:
        return _judge_illegal(question.illegal_because, answer)
    if question.is_outside_limits:
        return _judge_outside(question, answer)
    if isinstance(answer, Rejected):
        got = f"{REFUSED}{answer.type}: {answer.message}"
        return _fail(answer, Fault("accepted", got, "an array, since the call is legal"))
    if (fault := _fault_of_form(question, answer)) is not None:
        return _fail(answer, fault)
    if values and isinstance(question, LargeQuestion):
        return values_at_full_size(question, answer)
    return _judge_values(question, answer, row_of(answer.arrays), values, grading)


def _judge_illegal(reason: str, answer: Result | Rejected) -> Judgement:
    if isinstance(answer, Rejected):
        return Judgement("pass", evidence=1, elements=1, observed=answer.observed, rejected=answer)
    shapes = ", ".join("None" if array is None else str(array.shape) for array in answer.arrays)
    return _fail(answer, Fault("rejected", f"a result of shape {shapes}", f"an exception: {reason}"))


def _judge_outside(question: Question, answer: Result | Rejected) -> Judgement:
    if isinstance(answer, Rejected):
        return Judgement("pass", evidence=1, elements=1, observed=answer.observed, rejected=answer)
    if (fault := _fault_of_form(question, answer)) is not None:
        return _fail(answer, replace(fault, required=f"{fault.required}, or a rejection: {BEYOND}"))
    found = _judge_values(question, answer, row_of(answer.arrays), values=True, grading=None)
    if found.fault is not None:
        return _fail(answer, replace(found.fault, required=f"{found.fault.required}, or a rejection: {BEYOND}"))
    return Judgement("pass", evidence=1, elements=1, observed=answer.observed)


def _fault_of_form(question: Question, answer: Result) -> Fault | None:
    """The fault of the arrays' form, before their values are judged."""
    dtype, shapes = dtype_of(question.case.dtype), question.shapes
    for (name, shape), array in zip(shapes.items(), answer.arrays, strict=True):
        whose = f"{name} of " if len(shapes) > 1 else ""
        if shape is None:
            if array is not None:
                return Fault("shape", f"{name} of shape {array.shape}", f"{name} None, since there is no bias")
        elif array is None:
            return Fault("shape", f"{name} None", f"{name} of shape {shape}")
        elif array.dtype != dtype:
            byte_order = ", in foreign byte order" if array.dtype == dtype.newbyteorder() else ""
            return Fault("dtype", f"{whose}dtype {array.dtype.name}{byte_order}", f"dtype {dtype.name}")
        elif array.shape != shape:
            return Fault("shape", f"{whose}shape {array.shape}", f"shape {shape}")
    return None


def _judge_values(question: Question, answer: Result, row: Array, values: bool, grading: Grading | None) -> Judgement:
    if not values or row.size == 0:
        return Judgement("pass", evidence=1, elements=1, observed=answer.observed)
    law = question.law
    got = row.reshape(law.high.shape)
    comparison = compare(got, law)
    if grading is not None:
        grading.take(question, got, comparison)
    if comparison.wrong.any():
        return _fail(answer, Fault("values", *describe_wrong_elements(question, got, law, comparison.wrong)))
    evidence = question.evidence
    if not question.is_bounded:
        return Judgement("pass", evidence=evidence, elements=row.size, observed=answer.observed)
    ratio = np.where(law.evident, comparison.ratio, 0.0)
    worst = int(ratio.argmax())
    return Judgement(
        "pass",
        evidence=evidence,
        elements=row.size,
        margin=float(ratio.flat[worst]),
        where=tuple(int(i) for i in np.unravel_index(worst, ratio.shape)),
        observed=answer.observed,
    )


def _fail(answer: Result | Rejected, fault: Fault) -> Judgement:
    rejected = answer if isinstance(answer, Rejected) else None
    return Judgement("fail", fault, observed=answer.observed, rejected=rejected)
