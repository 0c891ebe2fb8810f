"""The rules of PROTOCOL.md that no answer to a case shows: how a worker ends, and what it makes of what it cannot know.

A process of its own is asked, so that what it does wrong here spoils no case.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from conv2d_conformance.cases.geometry import multiply_adds
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.answers import Answer, Broken
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.implementation.framing import Buffers, Incoming, ProtocolError, encode
from conv2d_conformance.implementation.host import FIRST_CALLS, IDLE_AT_START, PRODUCTS_PER_SECOND, START_TIMEOUT
from conv2d_conformance.implementation.patience import Patience
from conv2d_conformance.implementation.process import WorkerFailure, WorkerProcess
from conv2d_conformance.implementation.protocol import BYE, decode_answer, encode_request
from conv2d_conformance.verdict.claims import within_claims
from conv2d_conformance.verdict.question import Question

UNKNOWN = "no-such-operation"
REMARK = {"remark": "a later version of the harness may say more"}
SMALL = "n1c1h2w3 m1k1x1 s1x1 p0x0 d1x1 g1 nobias float32 integers:3"
LARGER_THAN_A_PIPE = "n1c1h600w512 m1k1x1 s1x1 p0x0 d1x1 g1 nobias float32 integers:3"
MOST_BYTES = 1 << 30


class _Stopped(Exception):
    """What made further requests useless, in a sentence."""


def broken_rules(command: tuple[str, ...], claims: Capabilities, timeout: float) -> Iterator[str]:
    """What the worker of this command does wrong, in a sentence for each rule."""
    for how, last in (("after `bye`", BYE), ("at the end of its input", None)):
        process = WorkerProcess(["command", *command])
        try:
            patience = Patience(IDLE_AT_START, START_TIMEOUT, process.usage, since=process.started)
            hello = _received(process, "hello", patience)
            if last is None:
                process.end_input()
            else:
                yield from _misspelt(hello)
                yield from _in_order(process, claims, timeout)
                process.send(last)
            yield from _ending(process, how, timeout)
        except (_Stopped, WorkerFailure) as stopped:
            yield str(stopped)
        finally:
            process.end()


def _misspelt(hello: Incoming) -> Iterator[str]:
    for name in sorted(hello.header.get("capabilities", {}).keys() - Capabilities().to_json().keys()):
        yield f'"capabilities" has {name!r:.80}, which is no claim of the protocol: it was ignored'


def _in_order(process: WorkerProcess, claims: Capabilities, timeout: float) -> Iterator[str]:
    """Requests that a worker may meet, one after the other: it must answer each of them and go on."""
    what = f'a request with the unknown "op" {UNKNOWN!r}'
    answer = _answer(process, what, encode({"op": UNKNOWN, "id": 1}), 1, timeout)
    if not isinstance(answer, Broken) or answer.kind != "protocol":
        yield f'{what} must be answered by an error of kind "protocol"'
    for number, (what, line) in enumerate(
        (("a request with a key that it does not know", SMALL), ("arrays larger than a pipe", LARGER_THAN_A_PIPE)), 2
    ):
        case = within_claims(parse(line), claims)
        if case is not None:
            message = encode_request(Question(case, claims).request, number)
            _answer(process, what, _with_a_remark(message), number, timeout + multiply_adds(case) / PRODUCTS_PER_SECOND)


def _with_a_remark(message: Buffers) -> Buffers:
    header = json.loads(bytes(message[0])) | REMARK
    return [memoryview(json.dumps(header).encode() + b"\n"), *message[1:]]


def _answer(process: WorkerProcess, what: str, message: Buffers, number: int, seconds: float) -> Answer:
    try:
        process.send(message)
        received = _received(process, what, Patience(seconds, FIRST_CALLS * seconds, process.usage))
        return decode_answer(received.header, received.arrays, "conv2d", number)
    except (WorkerFailure, ProtocolError) as failure:
        raise _Stopped(f"{what}: {failure}") from None


def _received(process: WorkerProcess, what: str, patience: Patience) -> Incoming:
    try:
        return process.receive(patience, limit=MOST_BYTES)
    except WorkerFailure as failure:
        raise _Stopped(f"{what}: {failure}{failure.partial}") from None


def _ending(process: WorkerProcess, how: str, timeout: float) -> Iterator[str]:
    try:
        said = process.receive(Patience(timeout, FIRST_CALLS * timeout, process.usage), limit=MOST_BYTES)
    except WorkerFailure as failure:
        if failure.end:
            yield f"it must end {how}, and goes on"
        elif failure.kind == "protocol" and not process.is_dead:
            yield f"it must say nothing and end {how}: {failure}"
        elif status := process.end().status:
            yield f"it must end {how} with exit status 0, and ended with {status}"
    else:
        yield f"it must say nothing {how}, and said {json.dumps(said.header):.80}"
