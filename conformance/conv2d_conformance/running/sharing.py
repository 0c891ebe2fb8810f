"""What the runs of one process share: the cases that checks have drawn, and the questions that were made of cases.

Cases follow from the suite, the effort, the seed and the claims, whoever answers; no answer changes them as long as all
are right. So what a check that came to its end has drawn is what it would draw again, for any implementation.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from conv2d_conformance.effort import Effort
from conv2d_conformance.verdict.examination import Examination
from conv2d_conformance.verdict.kept_questions import Questions

UNDER_TEST = "iut"
"""The argument of a check that is not drawn."""


class Draws:
    """Runs checks that draw. What the first run of a check draws with an effort and a seed is asked again later."""

    def __init__(self) -> None:
        self._known: dict[tuple[Callable[..., Any], Effort, int], list[dict[str, Any]]] = {}

    def run(self, function: Callable[..., Any], iut: Examination) -> None:
        """Run a check, in the context of its draws."""
        key = (function, iut.effort, iut.seed)
        handle: Any = function.hypothesis  # type: ignore[attr-defined]  # the documented place of what `given` wraps
        inner = handle.inner_test
        if key in self._known:
            for drawn in self._known[key]:
                inner(**{UNDER_TEST: iut}, **drawn)
            return
        taken: list[dict[str, Any]] = []

        @functools.wraps(inner)
        def noting(**given: Any) -> None:
            taken.append({name: value for name, value in given.items() if name != UNDER_TEST})
            inner(**given)

        handle.inner_test = noting
        try:
            function(**{UNDER_TEST: iut})
        finally:
            handle.inner_test = inner
        self._known[key] = taken


@dataclass(frozen=True)
class SharedWork:
    """All of it. A run that shares nothing makes all anew."""

    draws: Draws = field(default_factory=Draws)
    questions: Questions = field(default_factory=Questions)
