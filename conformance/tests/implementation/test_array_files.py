"""Large arrays reach the suite's own worker in a file: nobody else can change them, and nobody copies them."""

from __future__ import annotations

import fcntl
import json
import mmap
import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

from conv2d_conformance.contract import array_file
from conv2d_conformance.contract.answers import Broken, Request, Result
from conv2d_conformance.contract.array_file import ArrayFile, UnsealedFile, can_share
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.memory import ALIGNMENT
from conv2d_conformance.contract.signatures import SIGNATURES
from conv2d_conformance.implementation import calling, host
from conv2d_conformance.implementation.file_channel import FILE, FileChannel
from conv2d_conformance.implementation.framing import ProtocolError, listed
from conv2d_conformance.implementation.host import Worker, takes_files
from conv2d_conformance.implementation.in_place import InPlace
from conv2d_conformance.implementation.layout import Handed

pytestmark = pytest.mark.skipif(not can_share(), reason="the system has no files in memory")

MIB = 1 << 20

ARRAYS: dict[str, Array] = {
    "dense": np.arange(24.0).reshape(2, 3, 4),
    "transposed": np.arange(24.0).reshape(2, 3, 4).T,
    "backwards": np.arange(6).astype(ml_dtypes.bfloat16)[::-1],
    "steps": np.arange(6).astype(np.complex128)[::2],
    "broadcast": np.broadcast_to(np.arange(3, dtype=np.float32), (5, 3)),
    "long": np.arange(6).astype(np.longdouble),
    "empty": np.zeros((0, 3), np.float16),
    "single": np.array(3, np.int8),
    "many pieces": np.arange(3 * 300 * 700, dtype=np.float32).reshape(3, 300, 700).transpose(0, 2, 1),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_the_bytes_that_come_are_those_that_were_sent(name: str) -> None:
    array = ARRAYS[name]
    made = ArrayFile.of({"one": array, "none": None, "other": np.ones(3, np.int8)})
    sent = ArrayFile.sent(os.dup(made.descriptor), made.outlines)
    for found in (made.to_read(), sent.to_read(), sent.arrays_in(sent.private())):
        one, other = found["one"], found["other"]
        assert one is not None
        assert other is not None
        assert found["none"] is None
        assert (one.dtype, one.shape, one.tobytes()) == (array.dtype, array.shape, array.tobytes())
        assert other.tolist() == [1, 1, 1]
        assert one.__array_interface__["data"][0] % ALIGNMENT == 0


def test_a_piece_that_the_system_writes_in_parts_is_written_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda descriptor, piece, start: whole(descriptor, piece[:7], start))
    one = ArrayFile.of({"one": ARRAYS["dense"]}).to_read()["one"]
    assert one is not None
    assert one.tolist() == ARRAYS["dense"].tolist()


def test_nobody_writes_to_a_file_of_answers() -> None:
    made = ArrayFile.of({"one": np.ones(4)})
    for write in (made.to_write, lambda: os.pwrite(made.descriptor, b"a", 5000)):
        with pytest.raises(PermissionError):
            write()
    with pytest.raises(PermissionError):
        os.truncate(made.descriptor, 1)
    one = made.to_read()["one"]
    assert one is not None
    assert not one.flags.writeable


def test_only_its_maker_writes_to_a_file_of_a_call() -> None:
    made = ArrayFile.made({"one": ((4,), np.dtype(np.float64))})
    mine = made.to_write()["one"]
    made.close_to_writers()
    sent = ArrayFile.sent(os.dup(made.descriptor), made.outlines)
    with pytest.raises(PermissionError):
        sent.to_write()
    for change in (lambda: os.truncate(sent.descriptor, 1), lambda: os.pwrite(sent.descriptor, b"a", 0)):
        with pytest.raises(PermissionError):
            change()
    assert mine is not None
    mine[:] = 7
    theirs = sent.arrays_in(sent.private())["one"]
    assert theirs is not None
    assert theirs.tolist() == [7] * 4
    theirs[:] = 8
    assert mine.tolist() == [7] * 4


def test_a_file_that_could_still_change_is_refused(tmp_path: Path) -> None:
    outlines = {"one": ((4,), np.dtype(np.float64))}
    still_open = ArrayFile.made(outlines)
    with pytest.raises(UnsealedFile, match="it is not sealed"):
        ArrayFile.sent(os.dup(still_open.descriptor), outlines)
    writer = mmap.mmap(still_open.descriptor, still_open.size)
    fcntl.fcntl(still_open.descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK)
    with pytest.raises(UnsealedFile, match="it is not sealed"):
        ArrayFile.sent(os.dup(still_open.descriptor), outlines)
    writer.close()
    (tmp_path / "file").touch()
    with pytest.raises(UnsealedFile, match="it is no file in memory"):
        ArrayFile.sent(os.open(tmp_path / "file", os.O_RDONLY), outlines)
    short = ArrayFile.of({"one": np.ones(4)})
    with pytest.raises(UnsealedFile, match=f"it has {short.size} bytes, not {short.size + 8}"):
        ArrayFile.sent(os.dup(short.descriptor), {"one": ((5,), np.dtype(np.float64))})


def test_a_message_whose_file_cannot_be_used_breaks_the_protocol() -> None:
    ours, theirs = (FileChannel(end) for end in socket.socketpair())
    try:
        header = json.loads(json.dumps({FILE: listed([("one", np.ones(4)), ("two", None)])}))
        with pytest.raises(ProtocolError, match="no file came with the message that names one"):
            ours.receive(header, 1000)
        theirs.send(ArrayFile.made({"one": ((4,), np.dtype(np.float64))}))
        with pytest.raises(ProtocolError, match="cannot be used: it is not sealed"):
            ours.receive(header, 1000)
        with pytest.raises(ProtocolError, match="larger than 31 bytes"):
            ours.receive(header, 31)
        theirs.send(ArrayFile.of({"one": np.ones(4)}))
        one, two = ours.arrays(header, 32)
        assert one is not None
        assert one.tolist() == [1] * 4
        assert two is None
    finally:
        ours.close()
        theirs.close()


def both(monkeypatch: pytest.MonkeyPatch) -> Iterator[Handed]:
    """The same arrays as they are handed over with a copy, and in place, in pieces that end within them."""
    monkeypatch.setattr(array_file, "PIECE", 72)
    arrays: dict[str, Array | None] = {
        "input": np.arange(60, dtype=np.float32).reshape(3, 4, 5),
        "weight": np.arange(20, dtype=np.float32),
        "bias": None,
    }
    yield Handed(arrays)
    yield InPlace(ArrayFile.of(arrays))


@pytest.mark.parametrize("strays", [False, True])
@pytest.mark.parametrize("places", [(), (0,), (59,), (17, 18, 40)])
def test_what_a_call_changes_is_told_as_it_is_of_copies(
    places: tuple[int, ...], strays: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []
    for handed in both(monkeypatch):
        x, w = handed.arrays["input"], handed.arrays["weight"]
        assert x is not None
        assert w is not None
        for place in places:
            x.reshape(-1)[place] = -1
        if strays:
            behind = np.lib.stride_tricks.as_strided(w, (60,), (4,))
            behind[23:25] = 0
            behind[50] = 0
        assert handed.holds(x[1:])
        assert handed.names_sharing_memory_with(w[3:]) == ["weight"]
        assert handed.names_sharing_memory_with(w.copy()) == []
        told.append(handed.changes())
    assert told[0] == told[1]
    assert len(told[0]) == bool(places) + strays


SOURCE = """
import numpy as np


def conv2d(input, weight, bias, **_):
    what = int(weight.flat[0])
    if what == 1:
        input[0, 0, 0, 2] = 5
    if what == 2:
        return input
    if what == 3:
        return np.ones((2, 3), np.int16).T
    if what == 4:
        return np.full(3, 258, ">i4")
    if what == 5:
        raise ValueError("no")
    if what == 6:
        import os
        os._exit(3)
    return input + 1
"""


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("target") / "target.py"
    path.write_text(SOURCE)
    return f"{path}:conv2d"


@pytest.fixture(scope="module")
def worker(target: str) -> Iterator[Worker]:
    with Worker(target) as made:
        yield made


def request(what: int, size: int = 3) -> Request:
    """A call whose arrays lie in a file, as those at full size do."""
    outlines = {"input": ((1, 1, size, size), np.dtype(np.float32)), "weight": ((1, 1, 1, 1), np.dtype(np.float32))}
    file = ArrayFile.made(outlines)
    arrays = file.to_write()
    for name, value in (("input", 2), ("weight", what)):
        array = arrays[name]
        assert array is not None
        array[...] = value
    file.close_to_writers()
    return Request("conv2d", {}, {**arrays, "bias": None}, file=file)


def test_a_call_in_a_file_is_answered_as_any_other(worker: Worker) -> None:
    asked = request(0)
    answer = worker.ask(asked)
    assert isinstance(answer, Result)
    (got,) = answer.arrays
    assert got is not None
    assert (str(got.dtype), got.tolist(), len(answer.observed)) == ("float32", [[[[3.0] * 3] * 3]], 0)
    for what in range(1, 6):
        asked = request(what)
        by_file, by_message = worker.ask(asked), worker.ask(replace(asked, file=None))
        assert type(by_file) is type(by_message)
        if isinstance(by_file, Result) and isinstance(by_message, Result):
            (one,), (other,) = by_file.arrays, by_message.arrays
            assert one is not None
            assert other is not None
            assert (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
            assert by_file.observed == by_message.observed
            assert bool(by_file.observed) == (what in (1, 2))
        else:
            assert by_file == by_message


def test_a_fresh_process_takes_files_after_a_death(worker: Worker) -> None:
    died = worker.ask(request(6))
    assert isinstance(died, Broken)
    assert died.sentence == "the process ended with exit status 3 before it answered"
    assert isinstance(worker.ask(request(0)), Result)


def test_an_answer_may_be_as_large_as_what_is_asked_for(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "LARGEST_ANSWER", 40)
    asked = request(0, size=9)
    for by_any_way in (asked, replace(asked, file=None)):
        refused = worker.ask(by_any_way)
        assert isinstance(refused, Broken)
        assert "the arrays of the message are larger than 40 bytes" in refused.sentence
        assert isinstance(worker.ask(replace(by_any_way, elements=81)), Result)


def test_the_process_holds_every_array_once(worker: Worker) -> None:
    size = 4096
    assert isinstance(worker.ask(request(0)), Result)
    assert worker._process is not None
    before = highest_in_mib(worker)
    assert isinstance(worker.ask(request(0, size)), Result)
    arrays = 2 * 4 * size**2 // MIB
    assert highest_in_mib(worker) - before < 1.1 * arrays


def highest_in_mib(worker: Worker) -> int:
    """The most that the worker's process has held."""
    assert worker._process is not None
    keeper = worker._process._keeper.pid
    (pid,) = Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) // 1024


def test_programs_get_messages_and_everything_else_files(target: str) -> None:
    assert takes_files(target, "process")
    assert takes_files("torch", "none")
    assert not takes_files("command:./worker --device 0", "process")


def test_the_descriptors_of_files_are_closed(worker: Worker) -> None:
    def opened() -> int:
        return len(os.listdir("/proc/self/fd"))

    worker.ask(request(0))
    before = opened()
    for _ in range(3):
        worker.ask(request(0))
    assert opened() == before


def test_an_answer_is_taken_only_from_a_file_that_nobody_can_write_to() -> None:
    made = ArrayFile.made({"output": ((2,), np.dtype(np.float32))})
    kept = made.to_write()["output"]
    made.close_to_writers()
    header = json.loads(json.dumps({FILE: listed([("output", kept)])}))
    ours, theirs = (FileChannel(end) for end in socket.socketpair())
    theirs.send(made)
    with pytest.raises(ProtocolError, match="it is not sealed"):
        ours.arrays(header, MIB)
    theirs.send(made)
    assert not os.get_inheritable(ours.receive(header, MIB).descriptor)
    ours.close()
    theirs.close()


def test_what_no_file_can_hold_goes_by_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_large(_: object) -> ArrayFile:
        raise OSError(27, "File too large")

    returned: list[Array | None] = [np.ones(3, np.float32)]
    assert calling._copied(SIGNATURES["conv2d"], returned, by_file=True)[1] is not None
    monkeypatch.setattr(ArrayFile, "of", too_large)
    (copied,), file = calling._copied(SIGNATURES["conv2d"], returned, by_file=True)
    assert copied is not None
    assert np.array_equal(copied, np.ones(3))
    assert copied is not returned[0]
    assert file is None


def test_files_are_shared_only_where_they_can_be_read_and_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    assert can_share.__wrapped__()
    monkeypatch.setattr(ArrayFile, "to_read", refused)
    assert not can_share.__wrapped__()
    monkeypatch.undo()
    monkeypatch.setattr(ArrayFile, "to_read", lambda _: {"one": np.zeros(1, np.uint8)})
    assert not can_share.__wrapped__()
