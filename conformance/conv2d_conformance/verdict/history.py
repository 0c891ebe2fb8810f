"""What a process of an implementation was asked since it began: the calls on which a later answer could depend."""

from __future__ import annotations

import base64
import zlib
from collections import deque
from collections.abc import Sequence

from conv2d_conformance.implementation.answers import Answer, Broken, Hello, Implementation, Request

ENDS_THE_PROCESS = frozenset({"died", "timeout", "protocol"})
MOST_REMEMBERED = 20_000


class Remembering:
    """An implementation, with the lines of the calls that its present process was asked, the last ones of very many."""

    def __init__(self, implementation: Implementation) -> None:
        self.asked: deque[str] = deque(maxlen=MOST_REMEMBERED)
        self.hello: Hello = implementation.hello
        self.wrapped = implementation

    def ask(self, request: Request) -> Answer:
        answer = self.wrapped.ask(request)
        if isinstance(answer, Broken) and answer.kind in ENDS_THE_PROCESS:
            self.asked.clear()
        elif request.line:
            self.asked.append(request.line)
        return answer

    def restart(self) -> bool:
        is_fresh = self.wrapped.restart()
        if is_fresh:
            self.asked.clear()
        return is_fresh

    @property
    def incidents(self) -> list[str]:
        return getattr(self.wrapped, "incidents", [])

    def close(self) -> None:
        self.wrapped.close()


def packed(lines: Sequence[str]) -> str:
    """Thousands of lines that resemble each other, as a short text."""
    return base64.b85encode(zlib.compress("\n".join(lines).encode())).decode()


def unpacked(text: str) -> list[str]:
    """The lines again; none of no text."""
    return [] if not text else zlib.decompress(base64.b85decode(text)).decode().splitlines()
