"""Whether each failing case fails in a fresh process too; where it does not, which calls must come before it.

A case that fails only after others is a fault of what is kept between calls, whichever check met it: it is filed under
the requirement that says so as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.geometry import is_legal
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.implementation.answers import Broken, Implementation
from conv2d_conformance.initialisation.case import is_layer_case
from conv2d_conformance.verdict.history import unpacked
from conv2d_conformance.verdict.judge import Fault, judge
from conv2d_conformance.verdict.question import Question
from conv2d_conformance.verdict.sequence import shortest

Record = dict[str, Any]

REPEATED = "the same bits from the same call"
"""What only repetitions show."""

MOST_CAUSES = 3
"""To find one takes many fresh processes."""


def confirm(records: Iterable[Record], implementation: Implementation) -> None:
    """Ask what failed once more, of an implementation that was not asked anything yet, and amend the records.

    All are asked one after the other of the same process, illegal calls last; but once an answer is found to depend on
    earlier calls, every case has a fresh process of its own. `before` of a record is what its process was asked until
    the failure had been told, packed.
    """
    found = [(record, unpacked(record.pop("before", ""))) for record in records]
    failed = [item for item in found if _can_be_asked(item[0], implementation)]
    failed.sort(key=lambda item: not is_legal(parse(item[0]["failure"]["case"])))
    if all(_fails_now(record, implementation) for record, _ in failed):
        return
    causes: list[list[Case]] = []
    for record, before in failed:
        implementation.restart()
        if not _fails_now(record, implementation) and not _unreduced(record, implementation):
            _amend(record, [parse(line) for line in before], implementation, causes)


def _fails_now(record: Record, implementation: Implementation) -> bool:
    case = parse(record["failure"]["case"])
    return any(fault_of(implementation, case) is not None for _ in range(record["failure"]["repetitions"]))


def _unreduced(record: Record, implementation: Implementation) -> bool:
    """Put the case that failed first in the place of its reduction, if it fails in a fresh process where that does not.

    What is read from memory that was never written to is by chance what a simple case requires, zero above all.
    """
    failure = record["failure"]
    if failure["first_case"] == failure["case"] or not implementation.restart():
        return False
    faults = [fault_of(implementation, parse(failure["first_case"])) for _ in range(failure["repetitions"])]
    failed = [fault for fault in faults if fault is not None]
    if failed:
        record["failure"] = {
            **failure,
            "case": failure["first_case"],
            "got": failed[0].got,
            "required": failed[0].required,
            "failed_repetitions": len(failed),
        }
    return bool(failed)


def _can_be_asked(record: Record, implementation: Implementation) -> bool:
    failure = record["failure"]
    return (
        record["outcome"] == "fail"
        and failure is not None
        and not failure["after"]
        and failure["required"] != REPEATED
        and not is_layer_case(failure["case"])
        and parse(failure["case"]).operation in implementation.hello.operations
    )


def _amend(record: Record, before: Sequence[Case], implementation: Implementation, causes: list[list[Case]]) -> None:
    """Name the calls that must come before, and the requirement that is broken by that.

    `causes` are those that other cases needed, which are tried first: where much fails, it is mostly by few of them.
    """
    failure = record["failure"]
    case = parse(failure["case"])
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
        needed = shortest(before, fails_after)
        if needed:
            causes.append(needed)
    if needed is None or not fails_after(needed):
        # Nobody can make it fail again, so that nothing can be said of its cause.
        record["failure"] = {**failure, "failed_repetitions": 0, "diagnosis": None}
        return
    after = tuple(map(format_case, needed))
    amended = {
        **failure,
        "got": faults[after].got,
        "required": faults[after].required,
        "after": list(after),
        "failed_repetitions": 1,
        "repetitions": 1,
        "diagnosis": None,
    }
    record["failure"] = amended
    if needed:
        record["observed"].setdefault(explained_by(case, needed), amended)


def fault_of(implementation: Implementation, case: Case) -> Fault | None:
    """What is wrong with the answer to a case; a process that ends is no answer."""
    question = Question(case, implementation.hello.capabilities)
    answer = implementation.ask(question.request)
    return None if isinstance(answer, Broken) else judge(question, answer).fault


def explained_by(case: Case, before: Iterable[Case]) -> str:
    """The requirement that is broken where a case fails after others and not alone."""
    if case.operation == "gradients":
        return "gradients.no-state"
    return "determinism.no-state" if all(map(is_legal, before)) else "determinism.after-rejection"
