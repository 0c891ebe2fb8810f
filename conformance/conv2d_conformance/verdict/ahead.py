"""The next of many things, drawn and prepared for before its turn comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, NoReturn, TypeVar

Item = TypeVar("Item")


class Ahead(Iterator[Item], Generic[Item]):
    """The same items in the same order; whoever has time may `look` at the next one, which `prepare` is told then.

    What is raised where an item is drawn too early is raised at its turn.
    """

    def __init__(self, items: Iterable[Item], prepare: Callable[[Item], object]) -> None:
        self._items = iter(items)
        self._prepare = prepare
        self._drawn: Callable[[], Item] | None = None

    def look(self) -> None:
        """Draw the next item, and prepare for it, once."""
        if self._drawn is not None:
            return
        try:
            item = next(self._items)
        except Exception as error:
            self._drawn = _raiser(error)
        else:
            self._drawn = lambda: item
            self._prepare(item)

    def __next__(self) -> Item:
        drawn, self._drawn = self._drawn, None
        return next(self._items) if drawn is None else drawn()


def _raiser(error: Exception) -> Callable[[], NoReturn]:
    def again() -> NoReturn:
        raise error

    return again
