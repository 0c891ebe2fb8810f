"""What the harness makes of a process that dies, hangs, prints, or forks."""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.contract.answers import Broken, Request, Result
from conv2d_conformance.implementation.host import MOST_PASSED_OVER, Worker, connect
from conv2d_conformance.implementation.last_words import FIRST_KEPT, LAST_KEPT
from conv2d_conformance.implementation.process import Abandoned
from conv2d_conformance.implementation.target import LoadError
from worker_processes import array_of, broken, wait_until_told

pytestmark = pytest.mark.usefixtures("nothing_is_left_behind")


DEATHS = {
    "segfaults": "the process was killed by signal 11 (SIGSEGV) before it answered",
    "is_killed_for_memory": "the process was killed by signal 9 (SIGKILL); the system does so when memory runs out"
    " before it answered, twice",
    "leaves_with_status_0": "the process ended with exit status 0 before it answered",
    "forks_a_child_that_holds_the_pipe_and_dies": "the process ended with exit status 3 before it answered",
    "closes_all_descriptors": "the process ended with exit status 1 before it answered",
}


@pytest.mark.parametrize("name", DEATHS)
def test_a_death_is_an_answer_and_the_next_question_goes_to_a_fresh_process(
    target: Callable[[str], str], request_for: Callable[..., Request], name: str
) -> None:
    with Worker(target(name)) as worker:
        for _ in range(3):
            answer = worker.ask(request_for())
            assert (broken(answer).kind, broken(answer).sentence) == ("died", DEATHS[name])


def test_the_traceback_of_a_crash_is_among_the_last_words(
    worker: Callable[..., Worker], request_for: Callable[..., Request]
) -> None:
    assert "in segfaults" in broken(worker("segfaults").ask(request_for())).stderr


@pytest.mark.parametrize("name", ["sleeps_for_ever", "ignores_polite_signals_and_sleeps"])
def test_a_hang_is_ended(
    target: Callable[[str], str], request_for: Callable[..., Request], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)  # what was printed must not wait in a buffer
    with Worker(target(name), timeout=0.2) as worker:
        start = time.monotonic()
        answer = worker.ask(request_for())
        assert 0.4 <= time.monotonic() - start < 10
    assert answer == Broken(
        "timeout",
        "no answer within 0.2 s, twice: it hangs, and did nothing any more; the process was ended",
        "about to sleep\n",
    )


def test_after_a_hang_the_work_goes_on(target: Callable[[str], str], request_for: Callable[..., Request]) -> None:
    with Worker(target("sleeps_when_the_input_is_one"), timeout=1) as worker:
        answers = [worker.ask(request_for(value)) for value in (0, 1, 0, 1, 0)]
    assert [type(answer) for answer in answers] == [Result, Broken, Result, Broken, Result]


def test_who_is_late_once_is_asked_again(
    target: Callable[[str], str], request_for: Callable[..., Request], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTE_OF_THE_FIRST_CALL", str(tmp_path / "note"))
    with Worker(target("sleeps_at_the_first_call"), timeout=1) as worker:
        assert isinstance(worker.ask(request_for()), Result)
        assert worker.incidents == ["no answer within 1 s; asked again in a fresh process, it answered"]
    assert (tmp_path / "note").exists()


def test_a_large_call_is_allowed_more(target: Callable[[str], str], request_for: Callable[..., Request]) -> None:
    with Worker(target("sleeps_for_ever"), timeout=0.2) as worker:
        answer = worker.ask(replace(request_for(), products=100_000))
    assert broken(answer).sentence.startswith("no answer within 0.3 s, twice: it hangs")


def test_who_is_killed_once_is_asked_again_and_that_is_told(
    target: Callable[[str], str], request_for: Callable[..., Request], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the system kills where the machine has too little memory, and nobody is to blame."""
    monkeypatch.setenv("NOTE_OF_THE_FIRST_CALL", str(tmp_path / "note"))
    with Worker(target("is_killed_at_the_first_call")) as worker:
        assert isinstance(worker.ask(request_for()), Result)
        assert worker.incidents == [
            "the process was killed by signal 9 (SIGKILL); the system does so when memory runs out before it answered;"
            " asked again in a fresh process, it answered"
        ]


@pytest.mark.parametrize("name", ["crashes_at_the_first_call", "takes_a_gigabyte"])
def test_a_crash_and_too_much_memory_are_the_implementations(
    target: Callable[[str], str],
    request_for: Callable[..., Request],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    """A fault that shows only sometimes is one all the same, and so is what the harness itself has to end."""
    monkeypatch.setenv("NOTE_OF_THE_FIRST_CALL", str(tmp_path / "note"))
    with Worker(target(name), memory=0.5) as worker:
        answer = worker.ask(request_for())
        assert broken(answer).kind == ("died" if name.startswith("crashes") else "memory-limit")
        assert "twice" not in broken(answer).sentence
        assert worker.incidents == []


def test_who_compiles_at_the_first_call_of_a_kind_is_slow_to_start_and_no_hang(
    target: Callable[[str], str], request_for: Callable[..., Request]
) -> None:
    """It computes longer than the limit, once for each kind of call in each process."""
    with Worker(target("compiles_for_one_and_a_half_seconds_for_each_shape"), timeout=1) as worker:
        arrays = request_for().arrays
        planes = [np.ones((1, 1, *plane)) for plane in ((1, 2), (1, 2), (1, 3))]
        answers = [worker.ask(replace(request_for(), arrays={**arrays, "input": plane})) for plane in planes]
        assert len({int(array_of(answer)) for answer in answers}) == 1
        slow = "slow to start: the first call of a kind was answered after "
        assert [told.startswith(slow) for told in worker.incidents] == [True, True]


def test_who_computes_for_ever_is_ended_as_soon_as_one_that_sleeps(
    target: Callable[[str], str], request_for: Callable[..., Request]
) -> None:
    with Worker(target("computes_for_ever_when_the_input_is_one"), timeout=0.5) as worker:
        first = worker.ask(request_for(1))
        assert isinstance(worker.ask(request_for(0)), Result)
        later = worker.ask(request_for(1))
        assert worker.incidents == []
    assert first == Broken("timeout", "no answer within 1 s of processor time; the process was ended")
    assert later == Broken("timeout", "no answer within 0.5 s of processor time, twice; the process was ended")


def test_who_hangs_again_and_again_is_not_asked_again(
    target: Callable[[str], str], request_for: Callable[..., Request], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTE_OF_THE_FIRST_CALL", str(tmp_path / "note"))
    with Worker(target("sleeps_at_every_other_call"), timeout=0.3) as worker:
        answers = [worker.ask(request_for()) for _ in range(MOST_PASSED_OVER + 1)]
        assert len(worker.incidents) == MOST_PASSED_OVER
    assert [type(answer) for answer in answers] == [*MOST_PASSED_OVER * [Result], Broken]
    assert broken(answers[-1]).sentence.startswith("no answer within 0.3 s: it hangs, and did nothing any more")


def test_a_hang_is_waited_for_once_where_another_call_hung_twice(
    target: Callable[[str], str], request_for: Callable[..., Request]
) -> None:
    with Worker(target("sleeps_for_ever"), timeout=0.2) as worker:
        sentences = [broken(worker.ask(request_for(1))).sentence for _ in range(2)]
    assert ["twice" in sentence for sentence in sentences] == [True, False]
    with Worker(target("sleeps_when_the_input_is_one"), timeout=0.5) as worker:
        assert isinstance(worker.ask(request_for(0)), Result)
        sentences = [broken(worker.ask(request_for(1))).sentence for _ in range(2)]
    assert ["twice" in sentence for sentence in sentences] == [True, False]


def test_who_never_answered_and_hung_has_half_the_limit(
    target: Callable[[str], str], request_for: Callable[..., Request]
) -> None:
    with Worker(target("sleeps_for_ever"), timeout=0.4) as worker:
        sentences = [broken(worker.ask(request_for(1))).sentence for _ in range(2)]
    assert [sentence.partition(":")[0] for sentence in sentences] == [
        "no answer within 0.4 s, twice",
        "no answer within 0.2 s",
    ]


@pytest.mark.parametrize("is_abandoned", [False, True])
def test_nobody_waits_for_an_abandoned_process_to_leave(
    target: Callable[[str], str],
    request_for: Callable[..., Request],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_abandoned: bool,
) -> None:
    monkeypatch.setenv("NOTE_OF_THE_END", str(tmp_path / "note"))
    abandoned = threading.Event()
    with Worker(target("notes_that_it_leaves"), abandoned=abandoned) as worker:
        worker.ask(request_for())
        if is_abandoned:
            abandoned.set()
    assert (tmp_path / "note").exists() is not is_abandoned


def test_where_the_system_does_not_tell_the_limit_is_the_limit(
    target: Callable[[str], str], request_for: Callable[..., Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conv2d_conformance.implementation.processor_usage.CAN_BE_TOLD", False)
    with Worker(target("computes_for_ever_when_the_input_is_one"), timeout=0.2) as worker:
        answer = worker.ask(request_for(1))
    assert answer == Broken("timeout", "no answer within 0.2 s, twice; the process was ended")


def test_a_death_between_two_questions_is_not_passed_over(
    target: Callable[[str], str], request_for: Callable[..., Request]
) -> None:
    with Worker(target("tells_its_process_id")) as worker:
        pid = int(array_of(worker.ask(request_for())))
        os.kill(pid, signal.SIGABRT)
        assert wait_until_told(worker)
        answer = worker.ask(request_for())
        assert broken(answer).sentence == (
            "the process was killed by signal 6 (SIGABRT) after it had answered the call before this one"
        )
        assert int(array_of(worker.ask(request_for()))) != pid


def test_the_same_process_answers_as_long_as_it_behaves(
    worker: Callable[..., Worker], request_for: Callable[..., Request]
) -> None:
    asked = worker("tells_its_process_id")
    assert len({int(array_of(asked.ask(request_for()))) for _ in range(5)}) == 1


def test_prints_disturb_nothing(worker: Callable[..., Worker], request_for: Callable[..., Request]) -> None:
    asked = worker("prints_in_every_way")
    for _ in range(3):
        assert array_of(asked.ask(request_for())).tolist() == [[[[0, 0], [0, 0]]]]


def test_a_flood_on_standard_error_does_not_block(
    worker: Callable[..., Worker], request_for: Callable[..., Request]
) -> None:
    assert isinstance(worker("floods_standard_error").ask(request_for()), Result)


def test_the_beginning_and_the_end_of_standard_error_are_kept(
    worker: Callable[..., Worker], request_for: Callable[..., Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conv2d_conformance.implementation.process.CHUNK", 256)  # so slowly that the death comes first
    answer = worker("floods_standard_error_and_dies").ask(request_for())
    assert broken(answer).stderr.startswith("the first words\n" + "x")
    assert broken(answer).stderr.endswith("xxx\nthe last words\n")
    assert len(broken(answer).stderr.encode()) <= FIRST_KEPT + LAST_KEPT + 50


def test_a_forked_child_does_not_answer_too(worker: Callable[..., Worker], request_for: Callable[..., Request]) -> None:
    asked = worker("forks_and_both_return")
    assert len({int(array_of(asked.ask(request_for()))) for _ in range(10)}) == 1


def test_big_arrays_go_there_and_back(worker: Callable[..., Worker]) -> None:
    array = np.arange(25 << 18, dtype=np.float64).reshape(1, 1, 25 << 9, 1 << 9)
    answer = worker("echoes_the_input").ask(Request("conv2d", {}, {"input": array, "weight": np.ones(1)}))
    np.testing.assert_array_equal(array_of(answer), array)


def test_an_absurd_size_is_not_waited_for(
    worker: Callable[..., Worker], request_for: Callable[..., Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conv2d_conformance.implementation.host.LARGEST_ANSWER", 100)
    answer = worker("tells_how_its_arrays_lie").ask(request_for())
    assert isinstance(answer, Result)
    monkeypatch.setattr("conv2d_conformance.implementation.host.LARGEST_ANSWER", 39)
    answer = worker("tells_how_its_arrays_lie").ask(request_for())
    assert (broken(answer).kind, broken(answer).sentence) == (
        "protocol",
        "the worker broke the protocol: the arrays of the message are larger than 39 bytes",
    )


def test_who_is_abandoned_is_not_waited_for(target: Callable[[str], str], request_for: Callable[..., Request]) -> None:
    abandoned = threading.Event()
    worker = Worker(target("sleeps_for_ever"), timeout=1000, abandoned=abandoned)
    timer = threading.Timer(0.1, abandoned.set)
    timer.start()
    with pytest.raises(Abandoned):
        worker.ask(request_for())
    timer.join()


def test_ctrl_c_in_process_is_the_users(target: Callable[[str], str], request_for: Callable[..., Request]) -> None:
    with (
        closing(connect(target("interrupts_its_process_and_sleeps"), isolation="none")) as here,
        pytest.raises(KeyboardInterrupt),
    ):
        here.ask(request_for())
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_while_a_target_is_imported_is_the_users(tmp_path: Path) -> None:
    path = tmp_path / "slow_to_import.py"
    path.write_text("import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(1000)")
    with pytest.raises(KeyboardInterrupt):
        connect(f"{path}:conv2d", isolation="none")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    path.write_text("raise KeyboardInterrupt")
    with pytest.raises(LoadError, match="raised KeyboardInterrupt"):
        connect(f"{path}:conv2d", isolation="none")


def test_libraries_get_one_thread_unless_the_user_says_otherwise(
    target: Callable[[str], str], request_for: Callable[..., Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("MKL_NUM_THREADS", "7")
    with Worker(target("tells_its_threads")) as worker:
        assert array_of(worker.ask(request_for())).tolist() == [1, 7]


def test_a_closed_worker_starts_no_other(target: Callable[[str], str], request_for: Callable[..., Request]) -> None:
    worker = Worker(target("zeros"))
    worker.close()
    worker.close()
    with pytest.raises(ValueError, match="the worker is closed"):
        worker.ask(request_for())


def test_a_fresh_process_that_does_not_start_is_an_answer_too(
    tmp_path: Path, request_for: Callable[..., Request]
) -> None:
    file = tmp_path / "once.py"
    file.write_text("import os\ndef conv2d(input, weight): os._exit(1)")
    with Worker(f"{file}:conv2d") as worker:
        file.write_text("import fastconv")
        assert broken(worker.ask(request_for())).kind == "died"
        answer = worker.ask(request_for())
    assert (broken(answer).kind, broken(answer).sentence) == (
        "died",
        f"a fresh worker could not be started: {file} needs the library fastconv, which is not installed",
    )


@pytest.mark.parametrize("work", ["meanwhile", "spare"])
def test_the_harness_works_until_the_answer_comes(
    worker: Callable[..., Worker],
    request_for: Callable[..., Request],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    work: str,
) -> None:
    monkeypatch.setenv("WORK_OF_THE_HARNESS", str(tmp_path / "done"))
    waiting = worker("answers_when_the_harness_has_done_its_work")
    given: dict[str, Any] = {work: (tmp_path / "done").touch}
    assert isinstance(waiting.ask(replace(request_for(), **given)), Result)


def test_an_answer_that_is_there_waits_for_no_spare_work(
    worker: Callable[..., Worker], request_for: Callable[..., Request]
) -> None:
    quick, done = worker("zeros"), list[str]()

    def wait_for_the_answer() -> None:
        assert quick._process is not None
        while not quick._process.has_news:
            time.sleep(0.001)

    request = replace(request_for(), meanwhile=wait_for_the_answer, spare=lambda: done.append("spare"))
    assert isinstance(quick.ask(request), Result)
    assert done == []


def test_the_harness_works_while_a_process_starts(tmp_path: Path, request_for: Callable[..., Request]) -> None:
    file, done = tmp_path / "waits.py", tmp_path / "done"
    file.write_text(
        f"import pathlib, time\nwhile not pathlib.Path({str(done)!r}).exists():\n    time.sleep(0.01)\n"
        "def conv2d(input, weight): return weight"
    )
    with Worker(f"{file}:conv2d", meanwhile=(piece() for piece in [done.touch])) as worker:
        assert isinstance(worker.ask(request_for()), Result)


def test_an_error_while_a_process_starts_leaves_nothing_behind(target: Callable[[str], str]) -> None:
    with pytest.raises(ZeroDivisionError):
        Worker(target("zeros"), meanwhile=(1 // number for number in [0]))


def test_work_goes_on_piece_by_piece_until_the_process_introduces_itself(target: Callable[[str], str]) -> None:
    pieces = count()
    with Worker(target("zeros"), meanwhile=pieces):
        assert next(pieces) > 0
