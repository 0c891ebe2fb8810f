"""What failed is asked once more of a fresh process: one for each case and each diagnosis."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.answers import Answer, Request
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.running import confirmer
from conv2d_conformance.running.options import Options
from conv2d_conformance.verdict.failure import Failure, as_always
from conv2d_conformance.verdict.judgement import Fault
from conv2d_conformance.verdict.record import Ended
from conv2d_conformance.verdict.tally import Tally, recorded

GENERAL, OF_A_CASE = "your output equals a conv2d without its bias", "in the failing case, the last row is zero"
BIASED = [f"n1c1h{size}w2 m1k1x1 s1x1 p0x0 d1x1 g1 bias float32 integers:3" for size in (2, 3, 4)]


class Starting(InProcess):
    """Counts its processes."""

    def __init__(self, function: Callable[[Call, list[Call]], Any]) -> None:
        def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
            call = Call(input, weight, bias, **attributes)
            answer = function(call, self.before)
            self.before.append(call)
            return answer

        super().__init__(Adapter(name="tested", version="1", conv2d=conv2d))
        self.before: list[Call] = []
        self.processes, self.calls = 1, 0
        self.started_by, self.closed_by = threading.current_thread(), threading.main_thread()

    def ask(self, request: Request) -> Answer:
        self.calls += 1
        self.started_by = threading.current_thread()
        return super().ask(request)

    def close(self) -> None:
        self.closed_by = threading.current_thread()
        super().close()

    def restart(self) -> bool:
        self.before.clear()
        self.processes += 1
        return True


def without_bias(call: Call, _: list[Call]) -> Any:
    return call.right(bias=None)


def without_bias_at_first(call: Call, before: list[Call]) -> Any:
    return call.right() if before else call.right(bias=None)


def failing(line: str, diagnosis: str | None) -> Ended:
    fault = Fault("values", "0 at y[0,0,0,0]", "1, exactly")
    failure = replace(as_always(line, fault), diagnosis=diagnosis)
    return Ended(record=recorded(line, Tally(outcome="fail", failure=failure)), explains_others=diagnosis == GENERAL)


def confirmed(monkeypatch: pytest.MonkeyPatch, implementation: Starting, checks: list[Ended]) -> list[Failure]:
    """The failures of some checks, as a run has them in the end."""
    monkeypatch.setattr(confirmer, "connect", lambda *_, **__: implementation)
    asking = confirmer.Confirmer(Options(target="tested", output=Path()))
    for one in checks:
        assert one.record.failure is not None
        asking.ask(one, one.record.failure)
    amended = [asking.amended()[one.record.check].failure for one in checks]
    asking.close()
    asking.close()  # as a run does that ended well
    return [failure for failure in amended if failure is not None]


def explanations(failures: list[Failure]) -> list[object]:
    return [failure.explained_by for failure in failures]


def test_what_a_confirmed_diagnosis_explains_needs_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    implementation = Starting(without_bias)
    found = confirmed(monkeypatch, implementation, [failing(line, GENERAL) for line in BIASED])
    assert explanations(found) == 3 * ["bias.added"]
    assert implementation.processes == 1


@pytest.mark.parametrize("diagnosis", [None, OF_A_CASE])
def test_other_cases_need_one_each(monkeypatch: pytest.MonkeyPatch, diagnosis: str | None) -> None:
    implementation = Starting(without_bias)
    found = confirmed(monkeypatch, implementation, [failing(line, diagnosis) for line in BIASED])
    assert explanations(found) == 3 * ["bias.added"]
    assert implementation.processes == 3


def test_one_case_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    implementation = Starting(without_bias)
    confirmed(monkeypatch, implementation, [failing(BIASED[0], None)])
    once = implementation.calls
    implementation = Starting(without_bias)
    found = confirmed(monkeypatch, implementation, 3 * [failing(BIASED[0], None)])
    assert explanations(found) == 3 * ["bias.added"]
    assert (implementation.calls, implementation.processes) == (once, 1)


def test_what_does_not_fail_in_a_used_process_is_asked_of_a_fresh_one(monkeypatch: pytest.MonkeyPatch) -> None:
    implementation = Starting(without_bias_at_first)
    found = confirmed(monkeypatch, implementation, [failing(line, GENERAL) for line in BIASED[:2]])
    assert implementation.processes == 2
    assert [failure.failed_repetitions for failure in found] == [5, 5]  # both fail alone


def test_the_thread_that_started_a_process_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Linux sends a process its signal of a parent that is gone when the thread that started it is gone."""
    implementation = Starting(without_bias)
    confirmed(monkeypatch, implementation, [failing(BIASED[0], None)])
    assert implementation.closed_by is implementation.started_by is not threading.main_thread()
