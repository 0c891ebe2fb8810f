"""Two calls at once, from two threads of one process: each must be answered as it is alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Barrier, Thread
from typing import Any

import numpy as np

from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.answers import Answer, Broken, Observation, Rejected, Request, Result
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.signatures import Signature
from conv2d_conformance.implementation.calling import arguments_of, function_of, make_call, returned_arrays
from conv2d_conformance.implementation.layout import Handed
from conv2d_conformance.implementation.surroundings import watched

ROUNDS = 12
"""How often the two calls are made at once."""

SWITCH_INTERVAL = 1e-5
"""Seconds after which Python lets the other thread go on: few enough to interrupt even short calls."""

ReturnedArrays = tuple[Array | None, ...]


@dataclass
class Voice:
    """One of the two calls, and its answer: the first one that differs in any bit from that of the call alone."""

    signature: Signature
    function: Callable[..., Any]
    request: Request
    handed: Handed
    alone: ReturnedArrays | Rejected | Broken | None = None
    other: ReturnedArrays | Rejected | Broken | None = None
    seen: dict[Observation, None] = field(default_factory=dict)
    meeting: Barrier = field(default_factory=lambda: Barrier(1))

    def call(self) -> Any:
        positional, named = arguments_of(self.signature, self.request, self.handed.arrays)
        return make_call(self.function, self.request.operation, positional, named)

    def read(
        self, value: Any, outcome: Rejected | Broken | None, seen: tuple[Observation, ...]
    ) -> ReturnedArrays | Rejected | Broken:
        self.seen |= dict.fromkeys(seen)
        returned = outcome or returned_arrays(self.signature, value)
        if isinstance(returned, Rejected | Broken):
            return returned
        return tuple(None if array is None else np.array(array, order="C") for array in returned)

    def speak(self) -> None:
        """Make the calls, and look at what each returned when both have ended: then the other cannot spoil it later."""
        for _ in range(ROUNDS):
            self.meeting.wait()
            made = self.call()
            self.meeting.wait()
            found = self.read(*made)
            if self.other is None and not _same(self.alone, found):
                self.other = found

    @property
    def answer(self) -> ReturnedArrays | Rejected | Broken:
        found = self.alone if self.other is None else self.other
        assert found is not None
        return found


def answer_together(adapter: Adapter, request: Request) -> Answer:
    """Make the request's call and the one beside it, first each alone, and then both at once."""
    assert request.beside is not None
    found = function_of(adapter, request.operation)
    if isinstance(found, Broken):
        return found
    voices = [Voice(*found, one, Handed(one.arrays, one.view)) for one in (request, request.beside)]
    with watched() as observed, _switching_often():
        for voice in voices:
            voice.alone = voice.read(*voice.call())
        _let_speak(voices)
    answers = [voice.answer for voice in voices]
    for answer in answers:
        if isinstance(answer, Broken):
            return answer
    observed += [change for voice in voices for change in (*voice.seen, *voice.handed.changes())]
    arrays: ReturnedArrays = ()
    for answer in answers:
        if isinstance(answer, Rejected):
            return Rejected(answer.type, answer.message, tuple(observed))
        assert not isinstance(answer, Broken)
        arrays += answer
    return Result(arrays, tuple(observed))


def _let_speak(voices: list[Voice]) -> None:
    meeting = Barrier(len(voices))
    threads = [Thread(target=voice.speak, daemon=True) for voice in voices]
    for voice, thread in zip(voices, threads, strict=True):
        voice.meeting = meeting
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def _switching_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _same(one: Any, other: Any) -> bool:
    if not (isinstance(one, tuple) and isinstance(other, tuple)):
        return type(one) is type(other)
    return all(
        (a is None and b is None)
        or (a is not None and b is not None and (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes()))
        for a, b in zip(one, other, strict=True)
    )
