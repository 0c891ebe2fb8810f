"""What a check sees of the implementation that it examines, or of several at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.illegal_kinds import Illegal
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.effort import Effort
from conv2d_conformance.verdict.question import Drawn


class ImplementationUnderTest(Protocol):
    """Asks what a check hands to it, and judges the answers. A check that goes on has seen nothing fail.

    `effort` says how much to ask, `seed` what to draw besides what Hypothesis draws.
    """

    @property
    def claims(self) -> Capabilities: ...

    @property
    def effort(self) -> Effort: ...

    @property
    def seed(self) -> int: ...

    def judge(
        self, case: Case, *, values: bool = True, times: int = 1, about: Callable[[Case], bool] = ...
    ) -> None: ...

    def judge_all(self, cases: Iterable[Case], *, values: bool = True) -> None: ...

    def judge_illegal(self, calls: Iterable[Illegal]) -> None: ...

    def judge_in_sequence(self, cases: Iterable[Case]) -> None: ...

    def judge_together(self, case: Case, other: Case) -> None: ...

    def judge_drawn(self, question: Drawn) -> None: ...

    def measure(self, case: Case) -> None: ...

    def require_claimed_grades(self) -> None: ...
