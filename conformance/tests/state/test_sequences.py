"""Cases in a sequence: each asked afresh, nothing in between, and a failure that names what must come before."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.implementation.host import connect
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.typed_json import as_json
from conv2d_conformance.verdict.examination import Examination, Nonconforming
from conv2d_conformance.verdict.failure import Failure, as_it_is
from conv2d_conformance.verdict.judgement import Fault

STATEFUL = Path(__file__).with_name("stateful.py")
QUICK = EFFORTS["quick"]

ONE, TWO, THREE = (parse(f"n1c2h4w5 m2k2x3 integers:{seed}") for seed in (1, 2, 3))
OTHER = parse("n2c1h3w4 m1k2 integers:4")
ILLEGAL = replace(ONE, overrides=(("stride", (0, 1)),))


def lines(*cases: Case) -> tuple[str, ...]:
    return tuple(map(format_case, cases))


Examine = Callable[..., Examination]


@pytest.fixture
def examine() -> Iterator[Examine]:
    """An examination of an implementation of stateful.py in a process of its own."""
    connected = []

    def start(name: str, *, isolation: str = "process") -> Examination:
        connected.append(connect(f"{STATEFUL}:{name}", isolation=isolation))
        return Examination(connected[-1], QUICK)

    yield start
    for implementation in connected:
        implementation.close()


def failure_of(examination: Examination, *sequences: list[Case]) -> Failure:
    *first, last = sequences
    for sequence in first:
        examination.judge_in_sequence(sequence)
    with pytest.raises(Nonconforming) as raised:
        examination.judge_in_sequence(last)
    return raised.value.failure


def test_right_answers_pass_and_every_one_of_them_was_asked(examine: Examine) -> None:
    examination = examine("stateless")
    examination.judge_in_sequence([ONE, ONE, TWO, OTHER, ONE])
    assert (examination.tally.outcome, examination.tally.asked, len(examination.tally.digests)) == ("pass", 5, 3)


def test_the_call_that_must_come_before_is_named_and_no_other(examine: Examine) -> None:
    failure = failure_of(examine("its_first_weight"), [OTHER, ONE, OTHER, TWO, THREE])
    assert (failure.case, failure.after) == (format_case(TWO), lines(ONE))
    assert (failure.failed_repetitions, failure.repetitions) == (1, 1)


def test_the_geometry_is_left_alone(examine: Examine) -> None:
    failure = failure_of(examine("its_first_weight"), [ONE, TWO])
    assert failure.first_case == failure.case == format_case(TWO)
    assert failure.after == lines(ONE)


def test_calls_of_earlier_sequences_count(examine: Examine) -> None:
    failure = failure_of(examine("every_third_call"), [ONE], [TWO], [THREE])
    assert (failure.case, failure.after) == (format_case(THREE), lines(ONE, TWO))


def test_another_dtype_in_between(examine: Examine) -> None:
    double = replace(ONE, dtype="float64")
    examine("the_dtype_before").judge_in_sequence([ONE, double, TWO])  # a bare function is asked one dtype alone
    failure = failure_of(examine("claims_two_dtypes"), [ONE, ONE, double, TWO])
    assert (failure.case, failure.after) == (format_case(double), lines(ONE))


def test_what_is_wrong_without_any_call_before_is_reduced_as_ever(examine: Examine) -> None:
    failure = failure_of(examine("nothing_and_is_wrong"), [ONE, TWO])
    assert failure.after == ()
    assert parse(failure.case).M == 1
    assert failure.first_case == format_case(ONE)


def test_an_illegal_call_is_asked_and_not_judged(examine: Examine) -> None:
    failure = failure_of(examine("a_rejection"), [ONE, ILLEGAL, TWO])
    assert (failure.case, failure.after) == (format_case(TWO), lines(ILLEGAL))
    examination = examine("stateless")
    examination.judge_in_sequence([ILLEGAL])
    assert examination.tally.asked == 0


def test_in_process_the_whole_sequence_is_named(examine: Examine) -> None:
    failure = failure_of(examine("its_first_weight", isolation="none"), [OTHER, ONE, TWO])
    assert (failure.case, failure.after) == (format_case(TWO), lines(OTHER, ONE))
    assert failure.failed_repetitions == 0


def test_a_failure_ends_the_check_for_good(examine: Examine) -> None:
    examination = examine("nothing_and_is_wrong")
    first = failure_of(examination, [ONE])
    assert failure_of(examination, [OTHER]) is first


def test_the_message_and_the_report_have_the_calls_before() -> None:
    failure = replace(as_it_is("the case", Fault("values", "1", "2")), after=("one", "two"))
    assert "after     one\n  after     two\n  case      the case" in str(Nonconforming(failure, "fail"))
    assert '"after": ["one", "two"]' in json.dumps(as_json(failure))


def test_a_restarted_worker_has_forgotten_everything(examine: Examine) -> None:
    examination = examine("every_third_call")
    for _ in range(3):
        examination.judge_in_sequence([ONE, TWO])
        assert examination.implementation.restart()
    assert not InProcess(Adapter(name="x", version="1", conv2d=Call)).restart()


def test_unclaimed_features_are_left_out_of_a_sequence() -> None:
    asked = []

    def conv2d(input: object, weight: object, bias: object = None, **attributes: Any) -> Any:
        call = Call(input, weight, bias, **attributes)
        asked.append(call.input.dtype.name)
        return call.right()

    adapter = Adapter(name="x", version="1", conv2d=conv2d, capabilities=Capabilities())
    Examination(InProcess(adapter), QUICK).judge_in_sequence([ONE, replace(ONE, dtype="float64"), ONE])
    assert asked == ["float32"] * 3


def test_a_crash_that_does_not_come_again_says_so(tmp_path: Path) -> None:
    """It is an error all the same: who crashes now and then is not right."""
    file = tmp_path / "once.py"
    file.write_text(
        "import os, pathlib\n"
        "from conv2d_conformance.emulation.call import Call\n"
        "note = pathlib.Path(__file__).with_suffix('.note')\n"
        "def conv2d(input, weight, bias=None, **attributes):\n"
        "    if not note.exists():\n"
        "        note.touch()\n"
        "        os.abort()\n"
        "    return Call(input, weight, bias, **attributes).right()\n"
    )
    with closing(connect(f"{file}:conv2d")) as worker, pytest.raises(Nonconforming) as caught:
        Examination(worker, QUICK).judge(ONE)
    assert caught.value.outcome == "error"
    assert "SIGABRT" in caught.value.failure.got
    assert (caught.value.failure.failed_repetitions, caught.value.failure.repetitions) == (0, 2)
