"""The search: ask new cases of one implementation until it is told to end, and tell each new failure once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conv2d_conformance.cases.case import CaseError
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.contract.answers import Implementation
from conv2d_conformance.fuzzing.corpus import Corpus, FuzzFailure
from conv2d_conformance.fuzzing.drawing import Coverage, fuzz_cases, is_asked
from conv2d_conformance.fuzzing.judging import FuzzJudge

READ_EVERY = 100
"""Cases between two looks at what other processes have found."""


@dataclass(frozen=True)
class FuzzOutcome:
    """What a search has found. It certifies nothing.

    pairs_covered, pairs_possible: of levels of two factors, by all processes that share the corpus. failures: what this
    process found. still_failing: those of the corpus that fail again, and mended those that do not.
    """

    target: str
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
    """A search with a seed, which goes on from all that is in its corpus."""

    def __init__(self, target: str, implementation: Implementation, corpus: Corpus, seed: int) -> None:
        self._target, self._corpus, self._seed = target, corpus, seed
        self._claims = implementation.hello.capabilities
        self._judge = FuzzJudge(implementation)
        self._coverage = Coverage(self._claims)
        self._known: set[tuple[str, str]] = set()
        self._failures: list[FuzzFailure] = []
        self._still_failing: list[FuzzFailure] = []
        self._mended: list[FuzzFailure] = []

    def run(self, ends: Callable[[int, Coverage], bool], on_failure: Callable[[FuzzFailure], None]) -> None:
        """Ask until `ends`, which is asked before every case, says so; KeyboardInterrupt ends it, too."""
        try:
            self._ask_again()
            for number, item in enumerate(fuzz_cases(self._claims, self._coverage, self._seed)):
                if ends(self._judge.judged, self._coverage):
                    return
                if number % READ_EVERY == 0:
                    self._learn()
                failure = self._judge.failure_of(item.case)
                if item.row is not None and is_asked(item.case, self._claims) and self._coverage.add(item.row):
                    self._corpus.covers(item.row, format_case(item.case))
                if failure is not None and failure.key not in self._known:
                    self._known.add(failure.key)
                    self._failures.append(failure)
                    self._corpus.breaks(failure)
                    on_failure(failure)
        except KeyboardInterrupt:
            return

    def outcome(self, seconds: float) -> FuzzOutcome:
        return FuzzOutcome(
            target=self._target,
            seed=self._seed,
            seconds=round(seconds, 3),
            cases=self._judge.judged,
            pairs_covered=self._coverage.covered,
            pairs_possible=self._coverage.possible,
            failures=tuple(self._failures),
            still_failing=tuple(self._still_failing),
            mended=tuple(self._mended),
        )

    def _learn(self) -> list[FuzzFailure]:
        """Take over what other processes, and earlier ones, have covered and found."""
        rows, failures = self._corpus.news()
        for row in rows:
            self._coverage.add(row)
        self._known.update(failure.key for failure in failures)
        return failures

    def _ask_again(self) -> None:
        """Ask the failures of the corpus again: a failure that is mended is new where it comes back."""
        for known in {failure.key: failure for failure in self._learn()}.values():
            try:
                again = self._judge.failure_of(parse(known.case))
            except CaseError:  # of another edition
                continue
            if again is None:
                self._known.discard(known.key)
                self._mended.append(known)
            else:
                self._still_failing.append(known)
                self._known.add(again.key)
