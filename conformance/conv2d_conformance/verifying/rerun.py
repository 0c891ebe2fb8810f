"""Ask the implementation a sample of a report's cases again."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from conv2d_conformance import sources
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.checks import Check, every_check
from conv2d_conformance.contract.answers import Broken, Implementation
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.operations import operation_of
from conv2d_conformance.report.header import Asked, Introduction
from conv2d_conformance.report.report import Entry, Report, Seen
from conv2d_conformance.running.examine import examine
from conv2d_conformance.typed_json import as_json, known
from conv2d_conformance.verdict.aspects import aspect_of
from conv2d_conformance.verdict.failure import Failure
from conv2d_conformance.verdict.grading import EXACT
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.judgement import OF_SEVERAL_ANSWERS
from conv2d_conformance.verdict.large_question import question_of
from conv2d_conformance.verdict.question import Question
from conv2d_conformance.verdict.tally import Tally

OFTEN = 20
"""How often a case is asked before it is said not to fail."""

NUMBERS = ("asked", "transcript", "elements", "evidence")

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Again:
    """What was compared, in a sentence, and the differences from the report."""

    compared: str
    differences: tuple[str, ...]


class _Rerun:
    """The checks made again, each once."""

    def __init__(self, report: Report, implementation: Implementation) -> None:
        self.report = report
        self.implementation = implementation
        self.claimed = implementation.hello.claimed
        self.tallies: dict[str, Tally] = {}

    def can_make(self, name: str) -> bool:
        check = every_check().get(name)
        return check is not None and check.needs <= self.claimed

    def tally(self, name: str) -> Tally:
        """What a check sees now, with the effort and the seed of the report."""
        if name not in self.tallies:
            self.tallies[name] = _tally(every_check()[name], self.implementation, self.report.run)
        return self.tallies[name]


def rerun(
    report: Report, implementation: Implementation, *, sample: int, draw: int, on_progress: Progress = lambda *_: None
) -> Again:
    """Compare a report with what the implementation does now.

    The failing cases of up to `sample` failing requirements must fail again, and the checks of as many passing ones
    must see the same as before. The number `draw` decides which.
    """
    dice = random.Random(draw)
    failing = _some([entry for entry in report.requirements if entry.failure is not None], sample, dice)
    again = _Rerun(report, implementation)
    passing = [entry for entry in report.requirements if entry.verdict == "pass"]
    passing = _some([entry for entry in passing if all(map(again.can_make, entry.checks))], sample, dice)
    differences = list(_differences_of_hello(report, implementation))
    for number, entry in enumerate([*failing, *passing]):
        on_progress(number, len(failing) + len(passing), entry.id)
        differences += _of_passing(entry, again) if entry.failure is None else _of_failing(entry, entry.failure, again)
    asked = sum(tally.asked for tally in again.tallies.values())
    compared = (
        f"asked again, as drawn by {draw}: failing cases of {len(failing)} and checks of {len(passing)} passing "
        f"requirements, {asked} calls that held"
    )
    return Again(compared, tuple(differences))


def _some(entries: list[Entry], sample: int, dice: random.Random) -> list[Entry]:
    chosen = dice.sample(entries, min(sample, len(entries)))
    return [entry for entry in entries if entry in chosen]


def _differences_of_hello(report: Report, implementation: Implementation) -> Iterator[str]:
    there, here = report.implementation, Introduction.of(implementation.hello)
    for name in ("name", "version", "language", "operations"):
        one, other = (as_json(getattr(told, name)) for told in (here, there))
        if one != other:
            yield f"the {name} of the implementation is {one!r} here, and {other!r} in the report"
    yield from _differences("capabilities", here.capabilities, there.capabilities)
    yield from _differences("environment", here.environment, there.environment)
    yield from _differences("composed", known(here.composed, {}), known(there.composed, {}))


def _differences(name: str, here: Mapping[str, object], there: Mapping[str, object]) -> Iterator[str]:
    for key in sorted(here.keys() | there.keys()):
        one, other = here.get(key), there.get(key)
        if one != other:
            yield f"{name}, {key}: {one!r} here, and {other!r} in the report"


def _of_failing(entry: Entry, failure: Failure, again: _Rerun) -> Iterator[str]:
    """A sentence if a failing case does not fail again as it did: by itself, or in its check."""
    if _fails_alone(failure, again.implementation):
        return
    if not _fails_in_check(entry, again):
        yield f"{entry.id} does not fail again, neither by its case {failure.case!r} nor in its checks"
    elif _failed_alone(failure) and _asked_alone(failure, again.implementation):
        often = f"{failure.failed_repetitions} of {failure.repetitions} times"
        yield f"{entry.id} fails again, and its case {failure.case!r} does not, which failed {often} in the report"


def _failed_alone(failure: Failure) -> bool:
    """Whether a report says of a case that it was asked again by itself, and failed every time."""
    return 1 < failure.repetitions == failure.failed_repetitions


def _asked_alone(failure: Failure, implementation: Implementation) -> Question | None:
    """The question that a case is by itself; None if only its check can ask it as before."""
    line = failure.case
    if failure.after or known(failure.beside, None) is not None or aspect_of(failure) in OF_SEVERAL_ANSWERS:
        return None
    operation = operation_of(line)
    if operation.elementwise is None or operation.name not in implementation.hello.operations:
        return None
    return question_of(parse(line), implementation.hello.capabilities)


def _fails_alone(failure: Failure, implementation: Implementation) -> bool:
    """Whether the case fails by itself. One that does not is asked often, and then in a fresh process."""
    question = _asked_alone(failure, implementation)
    if question is None:
        return False
    return _fails_often(implementation, question) or (
        implementation.restart() and _fails_often(implementation, question)
    )


def _fails_often(implementation: Implementation, question: Question) -> bool:
    return any(_is_wrong(implementation, question) for _ in range(OFTEN))


def _is_wrong(implementation: Implementation, question: Question) -> bool:
    answer = implementation.ask(question.request)
    if isinstance(answer, Broken):
        return True
    judgement = judge(question, answer)
    return judgement.outcome != "pass" or bool(judgement.observed)


def _fails_in_check(entry: Entry, again: _Rerun) -> bool:
    observers = [name for name, seen in known(again.report.checks, {}).items() if entry.id in seen.observed]
    names = [name for name in dict.fromkeys([*entry.checks, *observers]) if again.can_make(name)]
    own = (again.tally(name) for name in names)
    return any(tally.outcome != "pass" or entry.id in tally.observed for tally in own)


def _of_passing(entry: Entry, again: _Rerun) -> Iterator[str]:
    is_same_suite = again.report.suite.sources == sources.digest()
    for name in entry.checks:
        tally = again.tally(name)
        if tally.outcome != "pass" or entry.id in tally.observed:
            failure = tally.failure or tally.observed.get(entry.id)
            case = f", by {failure.case!r}: got {failure.got}, required {failure.required}" if failure else ""
            yield f"{entry.id} passes in the report, and not here{case}"
        elif is_same_suite:
            yield from _differences_of_numbers(name, known(again.report.checks, {})[name], tally)
            yield from _differences_of_accuracy(again.report, tally)


def _differences_of_accuracy(report: Report, tally: Tally) -> Iterator[str]:
    """A sentence for each class that the report grants, and an answer breaks. How large errors are may vary."""
    for subject, found in tally.grading.subjects.items():
        if (told := report.accuracy.get(subject)) is None:
            continue
        if told.grade is not None and told.grade in found.failed:
            case = format_case(found.failed[told.grade].case)
            yield f"an answer in {subject} breaks {told.grade} here, which is its grade in the report, by {case!r}"
        if told.exact_where_exact and EXACT in found.failed:
            case = format_case(found.failed[EXACT].case)
            yield f"an answer in {subject} is not exact here where the report says that it is, by {case!r}"


def _differences_of_numbers(name: str, seen: Seen, tally: Tally) -> Iterator[str]:
    here = {number: getattr(tally, number) for number in NUMBERS} | {"cases": len(tally.digests)}
    for number, value in here.items():
        if value != (told := getattr(seen, number)):
            yield f"{name} has {told} in the report, and {value} here ({number})"


def _tally(check: Check, implementation: Implementation, run: Asked) -> Tally:
    shapes = tuple(parse(line) for line in known(run.shapes, ()))
    return examine(check, implementation, EFFORTS[run.effort], run.seed, simplifier=None, shapes=shapes).tally
