"""The cases that checks draw, which can be known before their turn comes, and for several implementations.

Cases follow from the suite, the effort, the seed and the claims, whoever answers; no answer changes them as long as all
are right. So what a check that came to its end has drawn is what it would draw again, for any implementation; and so is
what it draws where nobody is asked.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from conv2d_conformance.effort import Effort

if TYPE_CHECKING:
    from conv2d_conformance.verdict.examination import Examination

UNDER_TEST = "iut"
"""The argument of a check that is not drawn."""

MOST_BEFOREHAND = 200
"""Cases that are drawn in so little time that nobody waits long for it."""

Drawn = list[dict[str, Any]]


class Draws:
    """Runs checks that draw, with what is known of their draws.

    What the first run of a check draws with an effort and a seed is asked again later, where it `keeps` that. What was
    drawn beforehand is kept until it is asked.
    """

    def __init__(self, *, keeps: bool) -> None:
        self._keeps = keeps
        self._known: dict[tuple[Callable[..., Any], Effort, int], Drawn] = {}

    def draw(self, function: Callable[..., Any], effort: Effort, seed: int) -> None:
        """Draw what a check will ask, if it draws, and not so much that it takes long."""
        from hypothesis import is_hypothesis_test  # late: slow to import, and needed once the target is connected

        from conv2d_conformance.running.hypothesis_draws import drawing, drawing_alone

        key = (function, effort, seed)
        if key in self._known or effort.drawn > MOST_BEFOREHAND or not is_hypothesis_test(function):
            return
        with drawing(function, effort, seed), drawing_alone(), _noting(function, asks=False) as taken:
            function(**{UNDER_TEST: None})
        self._known[key] = taken

    def run(self, function: Callable[..., Any], iut: Examination) -> None:
        """Run a check, in the context of its draws."""
        key = (function, iut.effort, iut.seed)
        if key in self._known:
            for drawn in iut.in_turn(self._known[key] if self._keeps else self._known.pop(key)):
                _inner(function)(**{UNDER_TEST: iut}, **drawn)
        elif self._keeps:
            with _noting(function, asks=True) as taken:
                function(**{UNDER_TEST: iut})
            self._known[key] = taken
        else:
            function(**{UNDER_TEST: iut})


def _inner(function: Callable[..., Any]) -> Callable[..., Any]:
    inner: Callable[..., Any] = _handle(function).inner_test
    return inner


def _handle(function: Callable[..., Any]) -> Any:
    return function.hypothesis  # type: ignore[attr-defined]  # the documented place of what `given` wraps


@contextmanager
def _noting(function: Callable[..., Any], *, asks: bool) -> Iterator[Drawn]:
    """Note what a check draws; where it does not ask, that is all it does."""
    taken: Drawn = []
    inner = _inner(function)

    @functools.wraps(inner)
    def noting(**given: Any) -> None:
        taken.append({name: value for name, value in given.items() if name != UNDER_TEST})
        if asks:
            inner(**given)

    _handle(function).inner_test = noting
    try:
        yield taken
    finally:
        _handle(function).inner_test = inner
