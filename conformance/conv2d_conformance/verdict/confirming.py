"""Whether each failing case fails in a fresh process too; where it does not, which calls must come before it.

A case that fails only after others is a fault of what is kept between calls, whichever check met it: it is filed under
the requirement that says so as well.
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
from conv2d_conformance.verdict.explaining import explanations
from conv2d_conformance.verdict.failure import Failure
from conv2d_conformance.verdict.history import MOST_REMEMBERED, unpacked
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.judgement import Fault
from conv2d_conformance.verdict.question import Question
from conv2d_conformance.verdict.record import Ended, Record
from conv2d_conformance.verdict.sequence import shortest

MOST_CAUSES = 3
"""To find one takes many fresh processes."""

MOST_IN_VAIN = 6
"""After so many cases that nothing made fail again, the others are left as they are: each takes some processes too."""

_parsed = lru_cache(MOST_REMEMBERED)(parse)
"""Cases that fail were mostly met by the same process, after the same calls."""


def fails_alone(record: Record, implementation: Implementation, *, is_fresh: bool = False) -> bool | None:
    """Whether the case of a record fails at once in a fresh process; None where it cannot be asked so.

    For an illegal call any process will do that was asked illegal calls alone.
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
    if fault is None:
        return ()
    return explanations(case, fault.aspect, lambda other: fault_of(implementation, other) is not None)


def amended(ended: Iterable[Ended], implementation: Implementation) -> Iterator[Record]:
    """The records of cases that do not fail alone, which say what makes them fail.

    What failed by chance when it was repeated is left alone, since nothing follows from its not failing.
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
            # Nobody can make it fail again, so that nothing can be said of its cause.
            found = replace(one.record, failure=replace(failure, failed_repetitions=0, diagnosis=None))
        yield one.record if found is None else found


def _unreduced(record: Record, failure: Failure, implementation: Implementation) -> Record | None:
    """The case that failed first in the place of its reduction, if it fails in a fresh process where that does not.

    What is read from memory that was never written to is by chance what a simple case requires, zero above all.
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
        and aspect_of(failure) != "repeated"
        and (operation := operation_of(failure.case)).elementwise is not None
        and operation.name in implementation.hello.operations
    )


def _after_others(
    ended: Ended, failure: Failure, implementation: Implementation, causes: list[list[Case]]
) -> Record | None:
    """The record with the calls that must come before, and the requirement that is broken by that, if they are found.

    `causes` are those that other cases needed, which are tried first: where much fails, it is mostly by few of them.
    Then calls of the same shapes are, for which something may have been kept, and at last all.
    """
    case = parse(failure.case)
    before = [_parsed(line) for line in unpacked(ended.before)]
    alike = [earlier for earlier in before if earlier.shapes == case.shapes]
    faults: dict[tuple[str, ...], Fault] = {}

    def fails_after(earlier: Sequence[Case]) -> bool:
        implementation.restart()
        for one in earlier:
            implementation.ask(Question(one, implementation.hello.capabilities).request)
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
    """What is wrong with the answer to a case; a process that ends is no answer."""
    question = Question(case, implementation.hello.capabilities)
    answer = implementation.ask(question.request)
    return None if isinstance(answer, Broken) else judge(question, answer).fault


def broken_by_state(case: Case, before: Iterable[Case]) -> str:
    """The requirement that is broken where a case fails after others and not alone."""
    judged = elementwise(case.operation)
    return judged.stateless if all(map(is_legal, before)) else judged.unspoilt
