"""What failed is asked again of a fresh process, and what fails only after other calls is filed where it belongs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.cases.illegal_calls import illegal_calls
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.answers import Answer, Request
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.emulation.adapters import EVERYTHING
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.verdict.confirmation import MOST_IN_VAIN, amended, explanations_of, fails_alone
from conv2d_conformance.verdict.examination import Examination, Nonconforming
from conv2d_conformance.verdict.failure import Failure
from conv2d_conformance.verdict.history import Remembering, packed, unpacked
from conv2d_conformance.verdict.record import Ended, Record
from conv2d_conformance.verdict.tally import recorded

Conv2d = Callable[..., Any]


class Fresh:
    """An implementation whose restart forgets everything."""

    def __init__(self, make: Callable[[], Conv2d]) -> None:
        self._make = make
        self.restarts = 0
        self.restart()

    def restart(self) -> bool:
        adapter = Adapter(name="x", version="1", conv2d=self._make(), capabilities=EVERYTHING)
        self._present = InProcess(adapter)
        self.hello = self._present.hello
        self.restarts += 1
        return True

    def ask(self, request: Request) -> Answer:
        return self._present.ask(request)

    def close(self) -> None:
        """There is nothing to close."""


def wrong_after(poison: Callable[[Call], bool], shows: Callable[[Call], bool] = lambda _: True) -> Fresh:
    def make() -> Conv2d:
        seen: list[bool] = []

        def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
            call = Call(input, weight, bias, **attributes)
            was_seen = bool(seen)
            if poison(call):
                seen.append(True)
            return call.right() + (was_seen and shows(call))

        return conv2d

    return Fresh(make)


def ended_of(implementation: Fresh, *lines: str) -> Ended:
    """What came of a check that asks these cases, of which the last one fails."""
    remembering = Remembering(implementation)
    examination = Examination(remembering, EFFORTS["quick"])
    with pytest.raises(Nonconforming):
        examination.judge_all(map(parse, lines))
    return Ended(record=recorded(f"of {lines}", examination.tally), before=packed(remembering.asked))


def confirmed(checks: list[Ended], implementation: Fresh) -> list[Record]:
    """The records as a run has them in the end."""
    changed = [ended for ended in checks if fails_alone(ended.record, implementation) is False]
    found = {record.check: record for record in amended(changed, implementation)}
    return [found.get(ended.record.check, ended.record) for ended in checks]


def failure_of(record: Record) -> Failure:
    assert record.failure is not None
    return record.failure


PLAIN, OTHER, POISON = "n1c2h4w5 m2k2x2 integers:1", "n2c1h3w4 m1k2 integers:2", "n1c1h5w5 m1k3 float64 integers:3"


def test_what_fails_alone_stays_as_it_is() -> None:
    wrong = Fresh(lambda: lambda *arrays, **attributes: Call(*arrays, **attributes).right() + 1)
    ended = ended_of(wrong, PLAIN)
    (record,) = confirmed([ended], wrong)
    assert record == ended.record
    assert record.observed == {}


def test_a_reduction_that_does_not_fail_in_a_fresh_process_is_not_told() -> None:
    def make() -> Fresh:
        # Wrong for a single filter only after much else, for more of them always.
        return wrong_after(lambda _: True, lambda call: call.weight.shape[0] == 1)

    def always() -> Fresh:
        return Fresh(lambda: lambda *arrays, **attributes: Call(*arrays, **attributes).right() + (len(arrays[1]) > 1))

    ended = ended_of(make(), OTHER, OTHER.replace("integers:2", "integers:3"))
    reduced = replace(failure_of(ended.record), first_case=format_case(parse(PLAIN)), case=format_case(parse(OTHER)))
    (record,) = confirmed([replace(ended, record=replace(ended.record, failure=reduced))], always())
    failure = failure_of(record)
    assert failure.case == format_case(parse(PLAIN))
    assert (failure.after, failure.failed_repetitions) == ((), 5)


def test_what_fails_after_another_call_names_it() -> None:
    fresh = wrong_after(lambda call: call.input.itemsize == 8, lambda call: call.input.itemsize == 4)
    ended = ended_of(fresh, OTHER, PLAIN, POISON, "n1c3h4w4 m2k1 integers:5", "n2c2h5w4 m3k2x1 integers:6")
    assert failure_of(ended.record).after == ()
    fresh = wrong_after(lambda call: call.input.itemsize == 8, lambda call: call.input.itemsize == 4)
    (record,) = confirmed([ended], fresh)
    failure = failure_of(record)
    assert failure.after == (format_case(parse(POISON)),)
    assert (failure.failed_repetitions, failure.repetitions, failure.diagnosis) == (1, 1, None)
    assert record.observed == {"determinism.no-state": failure}


def test_after_a_rejection_it_is_another_requirement() -> None:
    illegal = "n1c1h5w5 m1k3 integers:3 stride=(0,1)"

    def make() -> Fresh:
        return wrong_after(lambda call: call.stride == (0, 1))

    (record,) = confirmed([ended_of(make(), OTHER, illegal, PLAIN)], make())
    assert failure_of(record).after == (format_case(parse(illegal)),)
    assert list(record.observed) == ["determinism.after-rejection"]


def test_one_cause_of_many_failures_is_looked_for_once() -> None:
    def make() -> Fresh:
        return wrong_after(lambda call: call.input.itemsize == 8, lambda call: call.input.itemsize == 4)

    checks = [ended_of(make(), OTHER, POISON, f"n1c2h4w5 m{filters}k2x2 integers:1") for filters in (1, 2, 3, 4)]
    fresh = make()
    records = confirmed(checks, fresh)
    assert all(failure_of(record).after == (format_case(parse(POISON)),) for record in records)
    assert fresh.restarts < 50


def test_what_cannot_be_made_to_fail_again_is_told_so() -> None:
    ended = ended_of(wrong_after(lambda call: call.input.itemsize == 8), POISON, PLAIN)
    right = Fresh(lambda: lambda *arrays, **attributes: Call(*arrays, **attributes).right())
    (record,) = confirmed([ended], right)
    failure = failure_of(record)
    assert (failure.after, failure.failed_repetitions, failure.repetitions) == ((), 0, 5)
    assert record.observed == {}


def test_nobody_waits_for_what_cannot_be_made_to_fail_again() -> None:
    restarts = []
    for number in (2 * MOST_IN_VAIN, 4 * MOST_IN_VAIN):
        poisoned = wrong_after(lambda call: call.input.itemsize == 8)
        checks = [ended_of(poisoned, POISON, f"n1c2h{size + 3}w5 m1k2x2 integers:1") for size in range(number)]
        right = Fresh(lambda: lambda *arrays, **attributes: Call(*arrays, **attributes).right())
        records = confirmed(checks, right)
        assert all(failure_of(record).failed_repetitions == 0 for record in records)
        restarts.append(right.restarts - number)  # each of them is asked of a fresh process first
    assert restarts[0] == restarts[1]


def test_what_was_kept_for_other_calls_of_the_same_shapes_is_found_soon() -> None:
    calls = []

    def make() -> Fresh:
        kept: dict[Any, Any] = {}

        def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
            calls.append(input.shape)
            right = Call(input, weight, bias, **attributes).right()
            return kept.setdefault((input.shape, weight.shape, right.shape), right)

        return Fresh(lambda: kept.clear() or conv2d)  # type: ignore[func-returns-value]  # it returns None

    first = "n1c2h4w4 m1k2x2 integers:1"
    others = [f"n1c2h{size}w5 m1k2x2 integers:1" for size in range(4, 60)]
    ended = ended_of(make(), first, *others, first.replace("integers:1", "integers:2"))
    calls.clear()
    (record,) = confirmed([ended], make())
    failure = failure_of(record)
    (earlier,) = failure.after
    assert parse(earlier).shapes == parse(failure.case).shapes
    assert len(calls) < 60


def test_lines_are_packed_and_unpacked() -> None:
    assert unpacked(packed([PLAIN, OTHER])) == [PLAIN, OTHER]
    assert unpacked("") == []


def test_a_restart_is_forgotten_calls() -> None:
    remembering = Remembering(wrong_after(lambda _: False))
    Examination(remembering, EFFORTS["quick"]).judge(parse(PLAIN))
    assert list(remembering.asked) == [format_case(parse(PLAIN))]
    assert remembering.restart()
    assert not remembering.asked


def test_an_illegal_call_that_is_accepted_once_its_equal_was_made() -> None:
    checked: set[Any] = set()

    def conv2d(input: Any, weight: Any, bias: Any = None, *, stride: Any, **attributes: Any) -> Any:
        if stride not in checked:
            Call(input, weight, bias, stride=stride, **attributes).right()
            checked.add(stride)
        return Call(input, weight, bias, stride=tuple(map(int, stride)), **attributes).right()

    adapter = Adapter(name="x", version="1", conv2d=conv2d, capabilities=Capabilities(validation=True))
    legal, illegal = parse(PLAIN), parse(f"{PLAIN} stride=(1.0,1)")
    examination = Examination(InProcess(adapter), EFFORTS["quick"])
    with pytest.raises(Nonconforming, match="an exception: "):
        examination.judge_in_sequence([illegal, legal, illegal])
    # Accepted from the start it is a fault of validation alone.
    Examination(InProcess(adapter), EFFORTS["quick"]).judge_in_sequence([legal, illegal, illegal])


def test_a_refusal_that_makes_an_illegal_call_say_nothing_is_asked_again_too() -> None:
    def refuses(input: Any, weight: Any, bias: Any = None, *, groups: int = 1, **attributes: Any) -> Any:
        if groups > 1:
            raise NotImplementedError("groups")
        return Call(input, weight, bias, groups=groups, **attributes).right()

    examination = Examination(Fresh(lambda: refuses), EFFORTS["quick"], ("validation.out-channels-divisible",))
    with pytest.raises(Nonconforming):
        examination.judge_illegal(illegal_calls("out-channels-divisible"))
    record = recorded("a check", examination.tally)
    assert record.outcome == "error"
    assert fails_alone(record, examination.implementation)
    assert explanations_of(failure_of(record), examination.implementation)[0] == "groups.side-by-side"
