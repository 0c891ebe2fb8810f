"""What is kept is told apart by the text of the arguments."""

from typing import Any

import pytest

from conv2d_adapters.caches.by_text import SIZE, Kept


def test_equal_numbers_of_different_types_are_different_configurations() -> None:
    described = Kept(repr)
    strides: list[Any] = [(1, 1), (1.0, 1), (True, 1), [1, 1]]
    for _ in range(2):
        assert [described(stride) for stride in strides] == ["(1, 1)", "(1.0, 1)", "(True, 1)", "[1, 1]"]
    assert described.misses == len(strides)


def test_what_raises_is_asked_again() -> None:
    halved = Kept(lambda *, by: 1 / by)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            halved(by=0)
    assert halved.misses == 2


def test_the_latest_are_kept() -> None:
    same = Kept(lambda value: value)
    assert [same(value) for value in (*range(SIZE + 1), SIZE, 0)] == [*range(SIZE + 1), SIZE, 0]
    assert same.misses == SIZE + 2
