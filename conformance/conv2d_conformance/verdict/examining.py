"""What every examination does, whatever it asks: fit a case to the claims, ask it, count it, and end."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, NoReturn

from conv2d_conformance import spec
from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.features import features_of
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.cases.illegal_kinds import Illegal
from conv2d_conformance.contract.answers import Implementation
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.invariances import Invariance
from conv2d_conformance.effort import Effort
from conv2d_conformance.operations import graded
from conv2d_conformance.verdict.ahead import Ahead, Item
from conv2d_conformance.verdict.asker import Asker, Prepare
from conv2d_conformance.verdict.claims import illegal_within_claims
from conv2d_conformance.verdict.evidence import askable
from conv2d_conformance.verdict.failure import Failure, as_it_is
from conv2d_conformance.verdict.history import Remembering
from conv2d_conformance.verdict.judgement import Judgement, Outcome
from conv2d_conformance.verdict.needed_calls import LONGEST_SEQUENCE
from conv2d_conformance.verdict.question import Question
from conv2d_conformance.verdict.simplifier import SIMPLIFIER, Simplifier
from conv2d_conformance.verdict.tally import Tally


class Nonconforming(AssertionError):
    """The implementation broke a requirement, or gave no answer that could be judged."""

    def __init__(self, failure: Failure, outcome: Outcome) -> None:
        told = f"\n  looks like  {failure.diagnosis}" if failure.diagnosis else ""
        after = "".join(f"\n  after     {line}" for line in failure.after)
        after += f"\n  beside    {failure.beside}" if failure.beside else ""
        super().__init__(
            f"{told}\n  got       {failure.got}\n  required  {failure.required}{after}\n  case      {failure.case}"
        )
        self.failure = failure
        self.outcome = outcome


class IllegalCall(NamedTuple):
    """The legal call and the illegal one, within the claims, and the line of the latter."""

    legal: Case
    spoilt: Case
    line: str


class Examining:
    """Asks an implementation on behalf of one check, keeps the tally, and ends with the first failure.

    Without a simplifier a failing case stays as it is. Examinations of the same cases can share what they `prepare`.
    """

    def __init__(
        self,
        implementation: Implementation,
        effort: Effort,
        requirements: tuple[str, ...] = (),
        *,
        seed: int = 0,
        simplifier: Simplifier | None = SIMPLIFIER,
        prepare: Prepare = Question,
        shapes: tuple[Case, ...] = (),
    ) -> None:
        self.effort = effort
        self.shapes = shapes
        self.requirements = requirements
        self.seed = seed
        self.simplifier = simplifier
        self.tally = Tally()
        # Other checks than these ask what no class of accuracy is about.
        grades = not graded().isdisjoint(requirements)
        self.asker = Asker(implementation, self.tally, grades=grades, prepare=prepare)
        self._look_ahead: Callable[[], object] = _nothing
        self._fitted: tuple[Case, Case | None] | None = None
        self._illegal: tuple[Illegal, IllegalCall | None] | None = None
        self._known: dict[Case, Judgement] = {}
        self._in_sequence: deque[Case] = deque(maxlen=LONGEST_SEQUENCE)
        self._raised: Nonconforming | None = None

    @property
    def implementation(self) -> Implementation:
        return self.asker.implementation

    @property
    def claims(self) -> Capabilities:
        return self.asker.claims

    def _ask(self, case: Case, values: bool, times: int = 1) -> Judgement:
        return self.asker.ask(case, values=values, times=times, meanwhile=self._look_ahead)

    def _ask_alike(self, case: Case, invariance: Invariance) -> Judgement | None:
        return self.asker.ask_alike(case, invariance)

    def _ask_together(self, cases: Sequence[Case]) -> list[Judgement]:
        return self.asker.ask_together(cases)

    def _ask_at_full_size(self, case: Case) -> Judgement:
        return self.asker.ask_at_full_size(case)

    def _ahead(self, items: Iterable[Item], prepare: Callable[[Item], object]) -> Iterator[Item]:
        """The items. The next one is prepared while an answer is awaited."""
        ahead = Ahead(items, prepare)
        self._look_ahead = ahead.look
        try:
            yield from ahead
        finally:
            self._look_ahead = _nothing

    def in_turn(self, drawn: Iterable[Mapping[str, object]]) -> Iterator[Mapping[str, object]]:
        """What a check has drawn, one example after the other. Most are asked as they are, and are prepared so."""

        def foresee(example: Mapping[str, object]) -> None:
            for value in example.values():
                if isinstance(value, Case):
                    self._foresee_unknown(value)

        return self._ahead(drawn, foresee)

    def _foresee(self, case: Case) -> None:
        if (fitting := self._fitting(case)) is not None:
            self.asker.foresee(fitting)

    def _foresee_unknown(self, case: Case) -> None:
        if self._fitting(case) not in self._known:
            self._foresee(case)

    def _fitting(self, case: Case) -> Case | None:
        """The case that is asked in place of this one. A case that is foreseen and then judged is looked at once."""
        if self._fitted is None or self._fitted[0] is not case:
            self._fitted = case, askable(case, self.claims)
        return self._fitted[1]

    def _made(self, illegal: Illegal) -> IllegalCall | None:
        """The calls that are asked for an illegal one, also looked at once."""
        if self._illegal is None or self._illegal[0] is not illegal:
            made = illegal_within_claims(illegal, self.claims)
            self._illegal = illegal, None if made is None else IllegalCall(*made, format_case(made[1]))
        return self._illegal[1]

    def _loses(self, case: Case, asked: Case) -> bool:
        """Whether the nearest relative of a case lost a feature that the check is about."""
        if asked is case or not self.requirements:
            return False
        about = frozenset().union(*(spec.get(requirement).features for requirement in self.requirements))
        return not about & features_of(case) <= features_of(asked)

    def _note_rejection(self, case: Case, judgement: Judgement) -> None:
        """Note a rejection of the check's own cases; those of the simplifier depend on time."""
        if judgement.rejected is not None:
            legal = judgement.fault is not None
            self.tally.rejections.take(judgement.rejected, format_case(case), legal=legal)

    def _tally(self, line: str, judgement: Judgement) -> None:
        self.tally.count(line, judgement)

    def _count(self, case: Case, judgement: Judgement) -> None:
        self._tally(format_case(case), judgement)

    def _end_where_observed(self) -> None:
        for requirement in self.requirements:
            if requirement in self.tally.observed:
                self._end(self._reduced_observation(requirement), "fail")

    def _reduced_observation(self, requirement: str) -> Failure:
        """The failure for an observation beside an answer, unreduced if no case showed it."""
        if requirement not in self.asker.watched or self.simplifier is None:
            return self.tally.observed[requirement]
        return self.simplifier.observed(self.asker, *self.asker.watched[requirement])

    def _asked_before(self) -> list[Case]:
        """The calls before the present one: all calls of the process, if they are known."""
        if not isinstance(self.implementation, Remembering):
            return list(self._in_sequence)
        return [parse(line) for line in list(self.implementation.asked)[:-1]]

    def _raise(self, case: Case, judgement: Judgement, values: bool) -> NoReturn:
        assert judgement.fault is not None
        if self.simplifier is None:
            failure = as_it_is(format_case(case), judgement.fault)
        else:
            failure = self.simplifier.failing(self.asker, case, judgement, values=values, asked=self._known)
        self._end(failure, judgement.outcome)

    def _end(self, failure: Failure, outcome: Outcome) -> NoReturn:
        self.tally.outcome, self.tally.failure = outcome, failure
        self._raised = Nonconforming(failure, outcome)
        raise self._raised


def _nothing() -> None:
    """Where nothing is known of what comes next."""
