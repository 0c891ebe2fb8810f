"""The interface through which a check examines an implementation, or several at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.illegal_kinds import Illegal
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.invariances import Invariance
from conv2d_conformance.effort import Effort
from conv2d_conformance.verdict.question import DrawnQuestion


class ImplementationUnderTest(Protocol):
    """Asks the cases of a check, and judges the answers. While the check goes on, nothing has failed.

    `effort` says how much to ask; `seed` seeds everything that Hypothesis does not draw.
    `shapes` were asked for by name.
    """

    @property
    def claims(self) -> Capabilities: ...

    @property
    def effort(self) -> Effort: ...

    @property
    def seed(self) -> int: ...

    @property
    def shapes(self) -> tuple[Case, ...]: ...

    def judge(
        self, case: Case, *, values: bool = True, times: int = 1, about: Callable[[Case], bool] = ...
    ) -> None: ...

    def judge_all(self, cases: Iterable[Case], *, values: bool = True) -> None: ...

    def judge_alike(self, case: Case, invariance: Invariance) -> None: ...

    def judge_illegal(self, calls: Iterable[Illegal]) -> None: ...

    def judge_outside(self, cases: Iterable[Case]) -> None: ...

    def judge_in_sequence(self, cases: Iterable[Case]) -> None: ...

    def judge_together(self, case: Case, other: Case) -> None: ...

    def judge_at_full_size(self, shapes: Iterable[Case]) -> None: ...

    def judge_drawn(self, question: DrawnQuestion) -> None: ...

    def measure(self, case: Case) -> None: ...

    def require_claimed_grades(self) -> None: ...
