"""Check whether each failing case also fails in a fresh process; if not, find the calls that it needs before it.

A case that fails only after others shows a fault of kept state, whichever check met it. So it also counts under the
requirement about state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.geometry import is_legal
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.contract.answers import Broken, Implementation
from conv2d_conformance.operations import elementwise, operation_of
from conv2d_conformance.verdict.aspects import aspect_of, is_refusal
from conv2d_conformance.verdict.claims import keeps_limits
from conv2d_conformance.verdict.explanation import explanations
from conv2d_conformance.verdict.failure import Failure
from conv2d_conformance.verdict.history import MOST_REMEMBERED, unpacked
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.judgement import OF_SEVERAL_ANSWERS, Fault
from conv2d_conformance.verdict.large_question import LargeQuestion, question_of
from conv2d_conformance.verdict.needed_calls import shortest
from conv2d_conformance.verdict.record import Ended, Record

MOST_CAUSES = 3
"""The most searches for needed calls: each takes many fresh processes."""

MOST_IN_VAIN = 6
"""After this many vain searches, the other cases stay as they are, since a vain search takes processes too."""

_parsed = lru_cache(MOST_REMEMBERED)(parse)
"""Cached: most failing cases occurred in one process, after the same calls."""


def fails_alone(record: Record, implementation: Implementation, *, is_fresh: bool = False) -> bool | None:
    """Whether the case of a record fails at once in a fresh process; None where it cannot be asked so.

    For an illegal call, a process that has had only illegal calls is fresh enough.
    """
    failure = record.failure
    if failure is None or not _can_be_asked(record, failure, implementation):
        return None
    case = parse(failure.case)
    if not is_fresh and is_legal(case):
        implementation.restart()
    return fault_of(implementation, case) is not None


def explanations_of(failure: Failure, implementation: Implementation) -> tuple[str, ...]:
    """The requirements that explain a case that fails alone, from further calls."""
    case = parse(failure.case)
    fault = fault_of(implementation, case)
    claims = implementation.hello.capabilities
    if fault is None or not keeps_limits(case, claims) or isinstance(question_of(case, claims), LargeQuestion):
        return ()
    return explanations(
        case,
        fault.aspect,
        lambda other: fault_of(implementation, other) is not None,
        lambda other: keeps_limits(other, claims),
    )


def amended(ended: Iterable[Ended], implementation: Implementation) -> Iterator[Record]:
    """The records of cases that do not fail alone, with what makes them fail.

    Cases that failed only sometimes stay as they are, since one success says nothing about them.
    """
    causes: list[list[Case]] = []
    in_vain = 0
    for one in ended:
        failure = one.record.failure
        assert failure is not None, "it fails"
        was_by_chance = failure.failed_repetitions < failure.repetitions
        found = None
        if in_vain < MOST_IN_VAIN:
            found = _unreduced(one.record, failure, implementation)
            if found is None and not was_by_chance:
                found = _after_others(one, failure, implementation, causes)
        in_vain += found is None
        if found is None and not was_by_chance:
            # Nothing makes it fail again, so its cause is unknown.
            found = replace(one.record, failure=replace(failure, failed_repetitions=0, diagnosis=None))
        yield one.record if found is None else found


def _unreduced(record: Record, failure: Failure, implementation: Implementation) -> Record | None:
    """The original case instead of its reduction, if it fails in a fresh process and the reduction does not.

    Memory that was never written may by chance hold what a simple case requires, above all zeros.
    """
    if failure.first_case == failure.case or not implementation.restart():
        return None
    faults = [fault_of(implementation, parse(failure.first_case)) for _ in range(failure.repetitions)]
    first, failed = faults[0], sum(fault is not None for fault in faults)
    if first is None:
        return None
    unreduced = replace(
        failure,
        case=failure.first_case,
        got=first.got,
        required=first.required,
        failed_repetitions=failed,
        diagnosis=None,
        aspect=first.aspect,
    )
    return replace(record, failure=unreduced)


def _can_be_asked(record: Record, failure: Failure, implementation: Implementation) -> bool:
    return (
        (record.outcome == "fail" or is_refusal(failure))
        and not failure.after
        and aspect_of(failure) not in OF_SEVERAL_ANSWERS
        and (operation := operation_of(failure.case)).elementwise is not None
        and operation.name in implementation.hello.operations
    )


def _after_others(
    ended: Ended, failure: Failure, implementation: Implementation, causes: list[list[Case]]
) -> Record | None:
    """The record with the calls that must come before, and the requirement that this breaks, if they are found.

    `causes` are calls that other cases needed. They are tried first, since a few calls usually cause most failures.
    Then come calls of the same shapes, which may share kept state, and finally all calls.
    """
    case = parse(failure.case)
    before = [_parsed(line) for line in unpacked(ended.before)]
    alike = [earlier for earlier in before if earlier.shapes == case.shapes]
    faults: dict[tuple[str, ...], Fault] = {}

    def fails_after(earlier: Sequence[Case]) -> bool:
        implementation.restart()
        for one in earlier:
            implementation.ask(question_of(one, implementation.hello.capabilities).request)
        fault = fault_of(implementation, case)
        if fault is not None:
            faults[tuple(map(format_case, earlier))] = fault
        return fault is not None

    needed = next((cause for cause in causes if fails_after(cause)), None)
    if needed is None and len(causes) < MOST_CAUSES:
        needed = shortest(alike, fails_after) if alike else None
        needed = shortest(before, fails_after) if needed is None else needed
        if needed:
            causes.append(needed)
    if needed is None:
        return None
    after = tuple(map(format_case, needed))
    broken = broken_by_state(case, needed) if needed else None
    amended = replace(
        failure,
        got=faults[after].got,
        required=faults[after].required,
        after=after,
        failed_repetitions=1,
        repetitions=1,
        diagnosis=None,
        explained_by=broken,
        aspect=faults[after].aspect,
    )
    observed = {broken: amended} if broken is not None else {}
    return replace(ended.record, failure=amended, observed={**observed, **ended.record.observed})


def fault_of(implementation: Implementation, case: Case) -> Fault | None:
    """The fault of the answer to a case, if it has one; the end of the process is not an answer."""
    question = question_of(case, implementation.hello.capabilities)
    answer = implementation.ask(question.request)
    return None if isinstance(answer, Broken) else judge(question, answer).fault


def broken_by_state(case: Case, before: Iterable[Case]) -> str:
    """The requirement that breaks if a case fails after others but not alone."""
    judged = elementwise(case.operation)
    return judged.stateless if all(map(is_legal, before)) else judged.unspoilt
