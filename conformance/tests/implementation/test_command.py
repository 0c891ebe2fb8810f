"""A program of another language, and what becomes of one that does not keep to the protocol."""

import os
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import conv2d_adapters
from conv2d_conformance.contract.answers import Broken, Rejected, Request, Result
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.implementation.host import HOW_TO_GREET, IDLE_AT_START, Worker, connect
from conv2d_conformance.implementation.target import LoadError, TargetError
from worker_processes import array_of, broken

PROGRAM = Path(__file__).with_name("misbehaving_program.py")
PLAIN_PYTHON = Path(conv2d_adapters.__file__).parent / "workers" / "plain_python.py"


def program(*arguments: Path | str) -> str:
    return "command:" + shlex.join([sys.executable, *map(str, arguments)])


BREACHES = {
    "prints first": "the worker broke the protocol: expected one line of JSON, got 'computing'",
    "closes its output": "the worker closed its standard output",
    "sends half an array and leaves": (
        "the process ended with exit status 0 before it answered (it announced 4 bytes of arrays, and 2 came)"
    ),
    "does not know the operation": "what?",
    "forgets which request it answers": "the worker broke the protocol: the answer has the id None, the request has {}",
}


@pytest.mark.parametrize("way", BREACHES)
def test_a_breach_is_named_and_the_next_question_goes_to_a_fresh_process(
    request_for: Callable[..., Request], way: str
) -> None:
    with Worker(program(PROGRAM, way)) as worker:
        assert [broken(worker.ask(request_for())).sentence for _ in (1, 2)] == [BREACHES[way].format(n) for n in (1, 2)]


def test_a_second_answer_never_passes_for_the_answer_to_the_next_question(request_for: Callable[..., Request]) -> None:
    with Worker(program(PROGRAM, "answers twice")) as worker:
        answers = [worker.ask(request_for()) for _ in range(2)]
    broken = next(answer for answer in answers if isinstance(answer, Broken))
    assert broken.kind == "protocol"


def test_what_was_written_unasked_is_shown(request_for: Callable[..., Request], tmp_path: Path) -> None:
    for name in ("go", "done"):
        os.mkfifo(tmp_path / name)
    with Worker(program(PROGRAM, "prints after its answer", tmp_path)) as worker:
        assert isinstance(worker.ask(request_for()), Result)
        (tmp_path / "go").write_text("now")
        assert (tmp_path / "done").read_text() == "it has printed"
        assert broken(worker.ask(request_for())).sentence == (
            "the worker wrote 'took 3 ms\\n' to its standard output without having been asked"
        )


def test_an_answer_belongs_to_one_request(request_for: Callable[..., Request]) -> None:
    with Worker(program(PROGRAM, "answers another request")) as worker:
        assert worker.ask(request_for()) == Broken(
            "protocol", "the worker broke the protocol: the answer has the id 0, the request has 1"
        )


def test_an_answer_counts_even_if_the_process_ends_after_it(request_for: Callable[..., Request]) -> None:
    with Worker(program(PROGRAM, "answers and leaves")) as worker:
        assert isinstance(worker.ask(request_for()), Result)


def test_half_an_answer_is_waited_for_and_no_longer(request_for: Callable[..., Request]) -> None:
    with Worker(program(PROGRAM, "sends half an array and stays"), timeout=0.2) as worker:
        assert broken(worker.ask(request_for())).sentence == (
            "no answer within 0.2 s (it announced 4 bytes of arrays, and 2 came), twice: it hangs, and did nothing any "
            "more; the process was ended"
        )


def test_half_a_line_before_the_end_is_shown(request_for: Callable[..., Request]) -> None:
    with Worker(program(PROGRAM, "sends half a line and closes its output")) as worker:
        assert broken(worker.ask(request_for())).sentence == (
            "the worker closed its standard output (10 bytes came of a line without an end, '{\"answer\":')"
        )


@pytest.mark.parametrize(
    ("way", "sentence"),
    [
        ("closes its input", "the worker closed its standard input"),
        ("answers before it has read", "the worker answered before it had read the whole request"),
    ],
)
def test_a_request_must_be_read_to_its_end(way: str, sentence: str) -> None:
    big = np.zeros((1, 1, 2048, 1024), np.float32)
    with Worker(program(PROGRAM, way)) as worker:
        assert broken(worker.ask(Request("conv2d", {}, {"input": big, "weight": big}))).sentence == sentence


def test_the_order_of_bytes_is_passed_on(request_for: Callable[..., Request]) -> None:
    with Worker(program(PROGRAM, "changes the order of bytes")) as worker:
        array = array_of(worker.ask(request_for()))
    assert (array.dtype.str, array.tolist()) == (">f4", [1.0])


UNBORN = {
    "says nothing and leaves": (
        "the worker did not introduce itself: the process ended with exit status 1 before it answered",
        "its last words on standard error say more",
        "no device found\n",
    ),
    "says nothing and stays": (
        "the worker did not introduce itself within 0.5 s (7 bytes came of a line without an end, 'loading'), and does "
        "nothing any more",
        "its last words on standard error say more",
        "waiting for a device\n",
    ),
    "greets in words": (
        "the worker did not introduce itself: the worker broke the protocol: "
        "expected one line of JSON, got 'Hello, world'",
        HOW_TO_GREET,
        "",
    ),
    "greets with an error": ("there is no GPU", "plug one in", ""),
    "claims nonsense": (
        "the worker did not introduce itself: \"capabilities\": dtypes: 'float8' not known; "
        "allowed are float32, float64, float16, bfloat16",
        HOW_TO_GREET,
        "",
    ),
    "greets with an array": (
        "the worker did not introduce itself: the worker broke the protocol: "
        "the arrays of the message are larger than 0 bytes",
        HOW_TO_GREET,
        "",
    ),
}


@pytest.mark.parametrize("way", UNBORN)
def test_a_worker_that_does_not_introduce_itself_is_an_error(way: str) -> None:
    start_timeout = 0.5 if way == "says nothing and stays" else 120.0
    with pytest.raises(LoadError) as caught:
        Worker(program(PROGRAM, way), start_timeout=start_timeout)
    assert (caught.value.sentence, caught.value.hint, caught.value.stderr) == UNBORN[way]


def test_who_does_nothing_is_not_waited_for_two_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a program that was never meant to be a worker: `command:sleep 100`."""
    monkeypatch.setattr("conv2d_conformance.implementation.host.IDLE_AT_START", 0.3)
    with pytest.raises(LoadError) as caught:
        Worker("command:sleep 100", timeout=0.1)
    assert caught.value.sentence == ("the worker did not introduce itself within 0.3 s, and does nothing any more")
    assert caught.value.hint == HOW_TO_GREET


def test_who_computes_may_start_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conv2d_conformance.implementation.host.IDLE_AT_START", 0.1)
    with Worker(program(PROGRAM, "computes before it greets"), timeout=0.1) as worker:
        assert worker.hello.name == "program"


def test_a_longer_limit_for_calls_is_one_for_an_idle_start(monkeypatch: pytest.MonkeyPatch) -> None:
    with Worker(program(PROGRAM, "well"), timeout=IDLE_AT_START + 10) as worker:
        assert worker._idle_at_start == IDLE_AT_START + 10
    with Worker(program(PROGRAM, "well"), timeout=1) as worker:
        assert worker._idle_at_start == IDLE_AT_START
        monkeypatch.setattr("conv2d_conformance.implementation.processor_usage.CAN_BE_TOLD", False)
        assert worker._idle_at_start == 120


def test_a_program_that_does_not_exist_is_named() -> None:
    with pytest.raises(LoadError) as caught:
        Worker("command:no-such-program --fast")
    assert caught.value.sentence == "there is no program 'no-such-program'"


def test_a_program_that_cannot_be_run_is_named(tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense"
    nonsense.write_bytes(b"\0")
    nonsense.chmod(0o755)
    with pytest.raises(LoadError) as caught:
        Worker(f"command:{nonsense}")
    assert caught.value.stderr == f"{nonsense} cannot be run: Exec format error\n"


def test_a_program_has_a_process_of_its_own() -> None:
    with pytest.raises(LoadError, match="a command cannot be loaded into a Python process"):
        connect(program(PROGRAM, "well"), isolation="none")


def test_isolation_is_one_of_two() -> None:
    with pytest.raises(ValueError, match="isolation is 'process' or 'none', not 'container'"):
        connect("x", isolation="container")


def test_the_target_is_read_before_anything_is_started() -> None:
    with pytest.raises(TargetError, match=r"there is no file 'nowhere\.py'"):
        Worker("nowhere.py:conv2d")


@pytest.fixture(scope="module")
def plain_python() -> Iterator[Worker]:
    with Worker(program(PLAIN_PYTHON)) as worker:
        yield worker


def test_the_example_introduces_itself(plain_python: Worker) -> None:
    assert (plain_python.hello.name, plain_python.hello.language) == ("plain-python", "python")
    assert plain_python.hello.capabilities.dtypes == {"float32", "float64"}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("with_bias", [False, True])
@pytest.mark.parametrize(
    "arguments",
    [{}, {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2), "groups": 2}, {"padding": (3, 0), "groups": 4}],
    ids=str,
)
def test_the_example_is_right(plain_python: Worker, dtype: str, with_bias: bool, arguments: dict[str, Any]) -> None:
    groups = arguments.get("groups", 1)
    x = np.arange(2 * 4 * 5 * 6).reshape(2, 4, 5, 6) % 11 - 5.0
    w = np.arange(8 * 4 // groups * 3 * 2).reshape(8, 4 // groups, 3, 2) % 7 - 3.0
    b = np.arange(8.0) if with_bias else None
    arrays = {"input": x.astype(dtype), "weight": w.astype(dtype), "bias": None if b is None else b.astype(dtype)}
    found = array_of(plain_python.ask(Request("conv2d", arguments, arrays)))
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, correlate(x, w, b, **arguments))


def correlate(
    x: Array,
    w: Array,
    b: Array | None,
    *,
    stride: tuple[int, int] = (1, 1),
    padding: tuple[int, int] = (0, 0),
    dilation: tuple[int, int] = (1, 1),
    groups: int = 1,
) -> Array:
    """By whole windows, where the example goes by single elements."""
    (ph, pw), (dh, dw) = padding, dilation
    x = np.pad(x, [(0, 0), (0, 0), (ph, ph), (pw, pw)])
    M, _, KH, KW = w.shape
    size = (dh * (KH - 1) + 1, dw * (KW - 1) + 1)
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    windows = windows[:, :, :: stride[0], :: stride[1], ::dh, ::dw]
    parts = zip(np.split(windows, groups, axis=1), np.split(w, groups), strict=True)
    y = np.concatenate([np.einsum("ncijkl,mckl->nmij", part, kernel) for part, kernel in parts], axis=1)
    return y if b is None else y + b.reshape(1, M, 1, 1)


def test_the_example_rejects_and_goes_on(plain_python: Worker, request_for: Callable[..., Request]) -> None:
    rejected = Rejected("ValueError", "the arguments are out of range, or do not fit the arrays")
    for arguments in ({"stride": (0, 1)}, {"groups": 2}, {"padding": (0, -1)}):
        assert plain_python.ask(request_for(**arguments)) == rejected
    assert isinstance(plain_python.ask(request_for()), Result)
