"""Standard output and error: the program goes on when nobody reads them, and says what else is the matter."""

import errno
import io
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from conv2d_conformance.cli.standard_streams import Lasting

TEXT = b"a line\n"


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    source, sink = os.pipe()
    yield source, sink
    for descriptor in (source, sink):
        try:
            os.close(descriptor)
        except OSError:
            assert descriptor == source


@pytest.fixture
def full() -> Iterator[int]:
    descriptor = os.open("/dev/full", os.O_WRONLY)
    yield descriptor
    os.close(descriptor)


def test_what_is_written_arrives(pipe: tuple[int, int]) -> None:
    source, sink = pipe
    assert Lasting(sink, "standard output").write(TEXT) == len(TEXT)
    assert os.read(source, 100) == TEXT


def test_nobody_who_stops_reading_is_told(pipe: tuple[int, int]) -> None:
    source, sink = pipe
    os.close(source)
    stream = io.TextIOWrapper(io.BufferedWriter(Lasting(sink, "standard output")))
    for _ in range(3):
        print("x" * 100_000, file=stream, flush=True)
    stream.close()
    os.fstat(sink)  # which is still open


def test_a_pipe_that_does_not_wait_is_waited_for(pipe: tuple[int, int]) -> None:
    source, sink = pipe
    os.set_blocking(sink, False)
    stream = io.TextIOWrapper(io.BufferedWriter(Lasting(sink, "standard output")))
    with ThreadPoolExecutor(1) as executor, open(source, "rb", closefd=False) as reader:
        read = executor.submit(reader.read, 1_000_000)
        print("x" * 1_000_000, file=stream, flush=True)
        assert read.result() == b"x" * 1_000_000
    stream.close()


def test_no_space_is_told_once_and_by_name(full: int) -> None:
    stream = io.TextIOWrapper(io.BufferedWriter(Lasting(full, "standard output")))
    with pytest.raises(OSError, match="standard output") as told:
        print("x", file=stream, flush=True)
    assert told.value.errno == errno.ENOSPC
    print("x", file=stream, flush=True)
    stream.close()


def test_where_nothing_can_be_said_nothing_is(full: int) -> None:
    assert Lasting(full, None).write(TEXT) == len(TEXT)
