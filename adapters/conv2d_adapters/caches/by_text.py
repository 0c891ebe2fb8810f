"""A cache of what is compiled or built for a configuration, which the text of its arguments names.

`1.0 == True == 1` for the caches of functools, so that a call with a stride of 1.0 would be answered by what was
compiled for 1, and the library's check of its arguments would never be seen. Arguments need not be hashable.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, TypeVar

T = TypeVar("T")

SIZE = 512
"""So many results are kept, the latest ones."""


@dataclass(frozen=True)
class Arguments:
    """Those of a call, equal where their text is. An object without a text of its own is kept with its address."""

    text: str
    positional: tuple[Any, ...] = field(compare=False)
    named: dict[str, Any] = field(compare=False)


class Kept(Generic[T]):
    """A function that is called once for each text of its arguments. What raises is not kept."""

    def __init__(self, function: Callable[..., T]) -> None:
        self._cache = lru_cache(SIZE)(lambda given: function(*given.positional, **given.named))

    def __call__(self, *positional: Any, **named: Any) -> T:
        return self._cache(Arguments(repr((positional, named)), positional, named))

    @property
    def misses(self) -> int:
        """How often the function was called."""
        return self._cache.cache_info().misses
