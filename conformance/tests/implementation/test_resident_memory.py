"""A process that takes too much memory is ended; one that only seems to is not."""

import os
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path

import pytest

from conv2d_conformance.contract.answers import Broken, Request, Result
from conv2d_conformance.implementation import process
from conv2d_conformance.implementation.host import Worker
from conv2d_conformance.implementation.resident_memory import CAN_BE_TOLD, exceeds
from conv2d_conformance.implementation.target import LoadError

pytestmark = pytest.mark.skipif(not CAN_BE_TOLD, reason="this system does not tell how much a process holds")

LIMIT = 0.3
ENDED = Broken("memory-limit", "the process took more than 0.3 GiB of memory, and was ended")


@pytest.mark.parametrize("name", ["takes_a_gigabyte", "starts_a_child_that_takes_a_gigabyte"])
def test_who_takes_too_much_is_ended_and_the_next_question_goes_to_a_fresh_process(
    worker: Callable[..., Worker], request_for: Callable[..., Request], name: str
) -> None:
    greedy = worker(name, memory=LIMIT)
    assert [greedy.ask(request_for()) for _ in range(2)] == [ENDED, ENDED]


def test_what_many_short_calls_take_adds_up(worker: Callable[..., Worker], request_for: Callable[..., Request]) -> None:
    leaking = worker("keeps_four_megabytes_of_each_call", memory=LIMIT)
    answers = (leaking.ask(request_for()) for _ in range(250))
    before = list(takewhile(lambda answer: answer != ENDED, answers))
    assert 0 < len(before) < 250
    assert {type(answer) for answer in before} == {Result}


@pytest.mark.parametrize("name", ["reserves_a_terabyte_and_uses_none_of_it", "shares_its_memory_with_eight_children"])
def test_what_is_reserved_or_shared_does_not_count(
    worker: Callable[..., Worker], request_for: Callable[..., Request], name: str
) -> None:
    assert isinstance(worker(name, memory=LIMIT).ask(request_for()), Result)


def test_where_the_system_does_not_tell_there_is_no_limit(
    worker: Callable[..., Worker], request_for: Callable[..., Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "CAN_BE_TOLD", False)
    assert isinstance(worker("takes_a_gigabyte", memory=LIMIT).ask(request_for()), Result)


def test_who_takes_too_much_when_it_is_imported_does_not_introduce_itself(tmp_path: Path) -> None:
    file = tmp_path / "greedy.py"
    file.write_text(
        "import time\nimport numpy as np\nkept = np.ones(1 << 26)\ntime.sleep(1)\ndef conv2d(input): pass\n"
    )
    with pytest.raises(LoadError, match=r"did not introduce itself: the process took more than 0\.3 GiB of memory"):
        Worker(f"{file}:conv2d", memory=LIMIT)


def test_a_process_that_is_gone_holds_nothing() -> None:
    beyond_the_largest_number_of_a_process = 1 << 30
    assert not exceeds(beyond_the_largest_number_of_a_process, 0)
    assert exceeds(os.getpid(), 0)
