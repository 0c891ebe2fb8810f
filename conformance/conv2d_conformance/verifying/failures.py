"""Check that each failing case of a report can be asked again, and could have been asked in the run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conv2d_conformance.cases import grammar
from conv2d_conformance.cases.case import CaseError
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.operations import canonical, operation_of
from conv2d_conformance.report.report import Report
from conv2d_conformance.typed_json import known
from conv2d_conformance.verdict.aspects import SAID, aspect_by_words, aspect_of
from conv2d_conformance.verdict.claims import within_claims
from conv2d_conformance.verifying.rules import Rules


def faults_of_failures(report: Report, rules: Rules | None, claims: Capabilities) -> Iterator[str]:
    """A sentence for each impossible fact about a failing case."""
    operations = report.implementation.operations
    for entry in report.requirements:
        if failure := entry.failure:
            where = f"the failing case of {entry.id}"
            lines = [failure.case, failure.first_case, *failure.after]
            lines += [beside] if (beside := known(failure.beside, None)) else []
            for line in dict.fromkeys(lines):
                yield from _faults_of_line(where, line, operations, claims)
            if failure.failed_repetitions > failure.repetitions:
                yield f"{where} failed {failure.failed_repetitions} of {failure.repetitions} times"
            said, by_words = aspect_of(failure), aspect_by_words(failure)
            if said != by_words and {said, by_words} & SAID:
                yield f"{where} fails in the aspect {said}, and in its words {by_words}"
            explained = known(failure.explained_by, None)
            if explained is not None and rules is not None and explained not in rules.requirements:
                yield f"{where} is explained by {explained}, a requirement that its specification does not have"


def _faults_of_line(where: str, line: str, operations: Sequence[str], claims: Capabilities) -> Iterator[str]:
    try:
        operation, written = operation_of(line), canonical(line)
    except CaseError as error:
        yield f"{where} is {line!r}, which is no case: {error}"
        return
    if written != line:
        yield f"{where} is {line!r}, which is written {written!r}"
    elif operation.name not in operations:
        yield f"{where} is {line!r}, which asks for {operation.name}: the implementation has none"
    elif operation.elementwise is not None and (asked := _within_claims(line, claims)) != line:
        instead = "nothing" if asked is None else repr(asked)
        yield f"{where} is {line!r}, which needs what is not claimed; {instead} would be asked"


def _within_claims(line: str, claims: Capabilities) -> str | None:
    asked = within_claims(grammar.parse(line), claims)
    return None if asked is None else grammar.format_case(asked)
