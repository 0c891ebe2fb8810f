"""The search: ask new cases of one implementation until it is told to end, and tell each new failure once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from conv2d_conformance.cases.case import Case, CaseError
from conv2d_conformance.cases.covering_array import Row
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.contract.answers import Hello, Implementation
from conv2d_conformance.fuzzing.corpus import Corpus, FuzzFailure
from conv2d_conformance.fuzzing.drawing import Coverage, fuzz_cases, is_asked
from conv2d_conformance.fuzzing.judging import FuzzJudge
from conv2d_conformance.hinted import Hinted
from conv2d_conformance.operations import OPERATIONS
from conv2d_conformance.spec import PROFILES

READ_EVERY = 100
"""Cases between two looks at what other processes have found."""


class OperationMissing(Hinted):
    """A profile has an operation that the implementation lacks."""


@dataclass(frozen=True)
class FuzzOutcome:
    """What a search has found. It certifies nothing.

    pairs_covered, pairs_possible: of levels of two factors, by all processes that share the corpus, for each operation
    that is asked. failures: what this process found. still_failing: those of the corpus that fail again, and mended
    those that do not.
    """

    target: str
    profile: str
    seed: int
    seconds: float
    cases: int
    pairs_covered: int
    pairs_possible: int
    failures: tuple[FuzzFailure, ...]
    still_failing: tuple[FuzzFailure, ...]
    mended: tuple[FuzzFailure, ...]

    @property
    def breaks_a_must(self) -> bool:
        return any(failure.level == "MUST" for failure in (*self.failures, *self.still_failing))


class Search:
    """A search with a seed, which goes on from all that is in its corpus. OperationMissing."""

    def __init__(
        self, target: str, implementation: Implementation, corpus: Corpus, seed: int, profile: str = "forward"
    ) -> None:
        self._target, self._corpus, self._seed, self._profile = target, corpus, seed, profile
        self._claims = implementation.hello.capabilities
        self._judge = FuzzJudge(implementation)
        self._coverages = {name: Coverage(self._claims) for name in _asked(implementation.hello, profile)}
        self._known: set[tuple[str, str]] = set()
        self._failures: list[FuzzFailure] = []
        self._still_failing: list[FuzzFailure] = []
        self._mended: list[FuzzFailure] = []

    @property
    def judged(self) -> int:
        """How many cases were judged."""
        return self._judge.judged

    @property
    def pairs(self) -> tuple[int, int]:
        """How many pairs of levels were covered, and how many there are, of all operations."""
        coverages = self._coverages.values()
        return sum(one.covered for one in coverages), sum(one.possible for one in coverages)

    def run(self, ends: Callable[[], bool], on_failure: Callable[[FuzzFailure], None]) -> None:
        """Ask until `ends`, which is asked before every case, says so; KeyboardInterrupt ends it, too."""
        try:
            self._ask_again()
            for number, item in enumerate(fuzz_cases(self._claims, self._coverages, self._seed)):
                if ends():
                    return
                if number % READ_EVERY == 0:
                    self._learn()
                failure = self._judge.failure_of(item.case)
                if item.row is not None and is_asked(item.case, self._claims):
                    self._cover(item.row, item.case)
                if failure is not None and failure.key not in self._known:
                    self._known.add(failure.key)
                    self._failures.append(failure)
                    self._corpus.breaks(failure)
                    on_failure(failure)
        except KeyboardInterrupt:
            return

    def outcome(self, seconds: float) -> FuzzOutcome:
        covered, possible = self.pairs
        return FuzzOutcome(
            target=self._target,
            profile=self._profile,
            seed=self._seed,
            seconds=round(seconds, 3),
            cases=self.judged,
            pairs_covered=covered,
            pairs_possible=possible,
            failures=tuple(self._failures),
            still_failing=tuple(self._still_failing),
            mended=tuple(self._mended),
        )

    def _cover(self, row: Row, case: Case) -> None:
        """Note a row that was asked, for other processes too where one of its pairs is new."""
        if self._coverages[case.operation].add(row):
            self._corpus.covers(row, format_case(case))

    def _learn(self) -> list[FuzzFailure]:
        """Take over what other processes, and earlier ones, have covered and found."""
        rows, failures = self._corpus.news()
        for row, line in rows:
            with suppress(CaseError, KeyError):  # of another edition, or of an operation that this search does not ask
                self._coverages[parse(line).operation].add(row)
        self._known.update(failure.key for failure in failures)
        return failures

    def _ask_again(self) -> None:
        """Ask the failures of the corpus again: a failure that is mended is new where it comes back."""
        for known in {failure.key: failure for failure in self._learn()}.values():
            try:
                case = parse(known.case)
            except CaseError:  # of another edition
                continue
            if case.operation not in self._coverages:
                continue
            again = self._judge.failure_of(case)
            if again is None:
                self._known.discard(known.key)
                self._mended.append(known)
            else:
                self._still_failing.append(known)
                self._known.add(again.key)


def _asked(hello: Hello, profile: str) -> list[str]:
    """The operations of a profile whose calls are cases. OperationMissing."""
    asked = [name for name, one in OPERATIONS.items() if name in PROFILES[profile] and one.elementwise is not None]
    if missing := [name for name in asked if name not in hello.operations]:
        raise OperationMissing(
            f"{hello.name} has no {missing[0]}, which the profile {profile} asks for",
            "give its adapter one, or name another profile",
        )
    return asked
