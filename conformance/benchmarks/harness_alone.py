"""What a case costs the harness, with an implementation that costs nothing: `python harness_alone.py [--profile FILE]`.

Every check of the profile forward that can be asked of a right implementation asks it, at effort quick, and its
answers are kept as the bytes in which a process would have sent them. Then all checks ask again: nothing computes, and
what is measured is the processor time of the harness, which draws, writes requests, reads answers, finds the law and
judges. What is not in it: the pipes, the start of the process, pytest and the report. A small case has at most as many
products as its law is computed for while the answer is awaited. With OMP_NUM_THREADS=1 in the environment, as the
program has it: threads that wait for each other take processor time too.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import statistics
import time
from contextlib import nullcontext
from pathlib import Path

from conv2d_conformance import spec
from conv2d_conformance.checks import catalogue
from conv2d_conformance.contract.answers import Answer, Hello, Implementation, Request
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.implementation.framing import Incoming
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.implementation.protocol import decode_answer, encode_answer, encode_request
from conv2d_conformance.implementation.target import load, parse
from conv2d_conformance.running.examine import examine
from conv2d_conformance.running.garbage import seldom_collecting
from conv2d_conformance.verdict.question import FORESEEN

RIGHT = f"{Path(__file__).with_name('classic_faults.py')}:right"
UNLIMITED = 1 << 40


class Kept:
    """An implementation whose answers are kept as bytes."""

    def __init__(self, implementation: Implementation) -> None:
        self.hello: Hello = implementation.hello
        self.answers: list[bytes] = []
        self._implementation = implementation

    def ask(self, request: Request) -> Answer:
        answer = self._implementation.ask(request)
        self.answers.append(b"".join(encode_answer(answer, request.operation, len(self.answers))))
        return answer

    def restart(self) -> bool:
        return False

    def close(self) -> None:
        self._implementation.close()


class Told:
    """The same answers again, without any computation; `seconds` is what each small case took the harness."""

    def __init__(self, kept: Kept) -> None:
        self.hello = kept.hello
        self.seconds: list[float] = []
        self._answers = kept.answers
        self._file = os.memfd_create("answer")
        self._number = 0
        self._since: float | None = None

    def ask(self, request: Request) -> Answer:
        encode_request(request, self._number)
        if request.meanwhile is not None:
            request.meanwhile()
        message = Incoming(UNLIMITED)
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, self._answers[self._number], 0)
        os.lseek(self._file, 0, os.SEEK_SET)
        while not message.complete:
            message.read_from(self._file)
        calls = 1 if request.beside is None else 2
        answer = decode_answer(message.header, message.arrays, request.operation, self._number, calls=calls)
        self._number += 1
        now = time.process_time()
        if self._since is not None and request.products <= FORESEEN:
            self.seconds.append(now - self._since)
        self._since = now
        return answer

    def restart(self) -> bool:
        return False

    def close(self) -> None:
        os.close(self._file)


def ask_all(implementation: Implementation) -> None:
    """Ask all that the checks of the profile forward ask, at effort quick."""
    for check in catalogue().values():
        if spec.is_within(check.profile, "forward") and check.needs <= implementation.hello.claimed:
            examine(check, implementation, EFFORTS["quick"], 0, simplifier=None)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("target", nargs="?", default=RIGHT)
    parser.add_argument("--profile", type=Path, metavar="FILE")
    options = parser.parse_args()
    kept = Kept(InProcess(load(parse(options.target))))
    with seldom_collecting():
        ask_all(kept)
        told = Told(kept)
        profile = cProfile.Profile(time.process_time) if options.profile else None
        started = time.process_time()
        with profile or nullcontext():
            ask_all(told)
        whole = time.process_time() - started
    if profile:
        profile.dump_stats(options.profile)
    print(f"{len(kept.answers)} calls took the harness {whole:.2f} s of the processor")
    small = [1000 * seconds for seconds in told.seconds]
    print(
        f"a small one of {len(small)}: {statistics.mean(small):.2f} ms, in the median {statistics.median(small):.2f} ms"
    )


if __name__ == "__main__":
    main()
