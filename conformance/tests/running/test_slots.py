"""Processes carry out tasks side by side; one that dies costs its own task, and none is left behind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from multiprocessing import active_children

from conv2d_conformance.running.slots import Died, Slots


@contextmanager
def adding(place: int) -> Iterator[Callable[[int], tuple[int, int, int]]]:
    """Tells of each task which slot had it, in which process, and how many that process had had."""
    had: list[int] = []

    def carry_out(task: int) -> tuple[int, int, int]:
        if task < 0:
            os._exit(-task)
        had.append(task)
        return place, os.getpid(), len(had)

    yield carry_out


def test_a_task_that_kills_its_process_costs_itself_alone() -> None:
    slots: Slots[int, tuple[int, int, int]] = Slots(1, adding)
    found = dict(slots.results([1, 2, -7, 3, 4]))
    assert sorted(found) == [0, 1, 2, 3, 4]
    death = found.pop(2)
    assert isinstance(death, Died)
    assert str(death) == "the process that examined it ended with exit status 7"
    places, processes, numbers = zip(*(found[place] for place in (0, 1, 3, 4)), strict=True)
    assert set(places) == {0}
    assert (processes[0], processes[2]) == (processes[1], processes[3])
    assert processes[0] != processes[2]
    assert numbers == (1, 2, 1, 2)
    assert not active_children()


def test_whoever_stops_looking_ends_them_all() -> None:
    slots: Slots[int, tuple[int, int, int]] = Slots(2, adding)
    with closing(slots.results(range(100))) as results:
        next(results)
        assert len(active_children()) == 2
    assert not active_children()
