"""The next of many things, known and prepared for before its turn comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Ahead(Iterator[Item], Generic[Item]):
    """The same items in the same order; whoever has time may `look` at the next one, which `prepare` is told then.

    An item is drawn when the one before it is handed out, and not while somebody looks: nobody knows how long that
    takes. What is raised there is raised at its turn.
    """

    def __init__(self, items: Iterable[Item], prepare: Callable[[Item], object]) -> None:
        self._items = iter(items)
        self._prepare = prepare
        self._drawn: list[Item] = []
        self._is_prepared = False
        self._end: Exception | None = None

    def look(self) -> None:
        """Prepare for the next item, once."""
        if self._drawn and not self._is_prepared:
            self._is_prepared = True
            self._prepare(self._drawn[0])

    def __next__(self) -> Item:
        self._draw()
        if self._end is not None and not self._drawn:
            raise self._end
        item = self._drawn.pop()
        self._draw()
        return item

    def _draw(self) -> None:
        if self._drawn or self._end is not None:
            return
        try:
            self._drawn = [next(self._items)]
        except Exception as error:
            self._end = error
        self._is_prepared = False
