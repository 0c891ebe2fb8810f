"""How long is waited, with a clock that stands still until it is told to go on."""

import os
from typing import Any

import pytest

from conv2d_conformance.implementation.patience import LONGEST_WAIT, Patience
from conv2d_conformance.implementation.processor_usage import Usage, usage_of

LIMIT = 10.0


def near(seconds: float, within: float | None = None) -> Any:
    return pytest.approx(seconds, abs=within)


class Machine:
    """A clock, and a process that uses and wants so many processors while it runs."""

    def __init__(
        self, *, uses: float = 0.0, wants: float | None = None, at_work: bool = False, tells: bool = True
    ) -> None:
        self.now, self.used, self.wanted = 1000.0, 7.0, 9.0
        self.uses, self.wants, self.at_work, self.tells = uses, uses if wants is None else wants, at_work, tells
        self.looks = 0

    def clock(self) -> float:
        return self.now

    def look(self) -> Usage | None:
        self.looks += 1
        return Usage(self.used, self.wanted, self.at_work) if self.tells else None

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.used += seconds * self.uses
        self.wanted += seconds * self.wants


def end_of(
    machine: Machine,
    *,
    limit: float = LIMIT,
    allowance: float = LIMIT,
    change: tuple[float, dict[str, float]] | None = None,
) -> tuple[str, float]:
    """How and when a call ends on this machine; `change` is made of the machine after some seconds."""
    patience = Patience(limit, allowance, machine.look, machine.clock)
    for _ in range(100_000):
        machine.pass_time(max(patience.next_look(), 0.001))
        if (end := patience.end()) is not None:
            return end, patience.waited
        if change and patience.waited >= change[0]:
            machine.__dict__.update(change[1])
    raise AssertionError("it never ends")


def test_who_does_nothing_is_ended_at_the_limit() -> None:
    assert end_of(Machine()) == ("idle", near(LIMIT, 0.01))
    assert end_of(Machine(), allowance=2 * LIMIT) == ("idle", near(LIMIT, 0.01))


def test_who_looks_now_and_then_whether_something_happened_does_nothing() -> None:
    assert end_of(Machine(uses=0.05, wants=0.06))[0] == "idle"


def test_who_computes_is_ended_when_the_allowance_is_used() -> None:
    assert end_of(Machine(uses=1))[0] == "spent"
    end, waited = end_of(Machine(uses=1), allowance=2 * LIMIT)
    assert (end, 2 * LIMIT <= waited <= 2 * LIMIT + 2) == ("spent", True)


def test_many_threads_use_no_more_time_than_one() -> None:
    end, waited = end_of(Machine(uses=16), allowance=2 * LIMIT)
    assert (end, waited) == ("spent", near(2 * LIMIT, 1.1))


def test_a_busy_machine_is_waited_for() -> None:
    """The process gets a quarter of a processor, and wants a whole one."""
    end, waited = end_of(Machine(uses=0.25, wants=1), allowance=LIMIT)
    assert (end, 4 * LIMIT <= waited <= 4 * LIMIT + 8) == ("spent", True)


def test_who_waits_for_a_processor_or_a_disk_is_at_work_even_where_the_system_does_not_count_it() -> None:
    assert end_of(Machine(at_work=True))[0] == "starved"


def test_a_machine_that_gives_next_to_nothing_is_not_waited_for_for_ever() -> None:
    end, waited = end_of(Machine(uses=0.01, wants=1))
    assert (end, waited) == ("starved", near(LONGEST_WAIT * LIMIT, 1.1))


def test_who_stops_working_is_ended_soon_after() -> None:
    stops = (15.0, {"uses": 0.0, "wants": 0.0})
    end, waited = end_of(Machine(uses=1), allowance=2 * LIMIT, change=stops)
    assert (end, 15 <= waited <= 18) == ("idle", True)


def test_threads_that_end_do_not_make_a_process_idle() -> None:
    """What they wanted is gone from the sum."""
    assert end_of(Machine(uses=1, wants=-1))[0] == "spent"


def test_where_nobody_tells_the_limit_is_the_limit() -> None:
    assert end_of(Machine(tells=False)) == ("late", near(LIMIT, 0.01))


def test_nobody_looks_at_a_short_call() -> None:
    machine = Machine(uses=1)
    patience = Patience(LIMIT, LIMIT, machine.look, machine.clock)
    machine.pass_time(0.5)
    assert (patience.end(), machine.looks, patience.next_look()) == (None, 0, near(0.5))


def test_a_harness_that_was_not_run_itself_decides_nothing_at_once() -> None:
    """It sees the process for the first time when the limit is over."""
    machine = Machine()
    patience = Patience(LIMIT, LIMIT, machine.look, machine.clock)
    machine.pass_time(3 * LIMIT)
    assert patience.end() is None
    machine.pass_time(patience.next_look())
    assert patience.end() == "idle"


def test_what_began_before_is_not_waited_for_longer() -> None:
    machine = Machine()
    patience = Patience(LIMIT, LIMIT, machine.look, machine.clock, since=machine.now - 8)
    for seconds in (0, 1, 0.9):
        machine.pass_time(seconds)
        assert patience.end() is None
    machine.pass_time(0.1)
    assert (patience.end(), patience.waited) == ("idle", near(LIMIT))


def test_what_a_process_used_counts_those_of_its_children_that_have_ended() -> None:
    before = usage_of(os.getpid())
    pid = os.fork()
    if pid == 0:
        used = os.times()
        while os.times().user - used.user < 0.1:
            pass
        os._exit(0)
    os.waitpid(pid, 0)
    after = usage_of(os.getpid())
    assert before is not None
    assert after is not None
    assert after.used - before.used >= 0.09
    assert after.at_work


def test_a_process_that_is_gone_uses_nothing() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    assert usage_of(pid) == Usage(0.0, 0.0, False)
