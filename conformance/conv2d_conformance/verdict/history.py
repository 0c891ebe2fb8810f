"""The calls that a process of an implementation has had, on which a later answer could depend."""

from __future__ import annotations

import base64
import zlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from conv2d_conformance.contract.answers import Answer, Broken, Hello, Implementation, Request, ask_with_option

ENDS_THE_PROCESS = frozenset({"died", "timeout", "protocol"})
WAITED = frozenset({"timeout", "memory", "memory-limit"})
MOST_REMEMBERED = 20_000
"""A choice: it bounds the memory of a long run. A failure that needs an earlier call is told without that call."""


@dataclass(frozen=True, slots=True)
class Ends:
    """How many calls were answered so far, were waited for in vain, and ended the process."""

    answered: int = 0
    waits: int = 0
    deaths: int = 0

    def after(self, answer: Answer) -> Ends:
        """The counts after one more call. An answer that cannot be judged, such as no array, ended nothing."""
        kind = answer.kind if isinstance(answer, Broken) else ""
        if kind in WAITED:
            return Ends(self.answered, self.waits + 1, self.deaths)
        if kind in ENDS_THE_PROCESS:
            return Ends(self.answered, self.waits, self.deaths + 1)
        return Ends(self.answered + 1, self.waits, self.deaths)


class Remembering:
    """An implementation, and the lines of the calls that its present process had; of very many, only the last.

    `ends` counts the calls of all its processes.
    """

    def __init__(self, implementation: Implementation) -> None:
        self.ends = Ends()
        self.asked: deque[str] = deque(maxlen=MOST_REMEMBERED)
        self.hello: Hello = implementation.hello
        self.wrapped = implementation

    def ask(self, request: Request) -> Answer:
        answer = self.wrapped.ask(request)
        self.ends = self.ends.after(answer)
        if isinstance(answer, Broken) and answer.kind in ENDS_THE_PROCESS:
            self.asked.clear()
        elif request.line:
            self.asked.append(request.line)
        return answer

    def ask_with_option(self, name: str, value: str, request: Request) -> Answer:
        """Another process makes the call, so that nothing of it is to be remembered."""
        return ask_with_option(self.wrapped, name, value, request)

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
    """Thousands of similar lines, packed into a short text."""
    return base64.b85encode(zlib.compress("\n".join(lines).encode())).decode()


def unpacked(text: str) -> list[str]:
    """The lines of a packed text; none of an empty one."""
    return [] if not text else zlib.decompress(base64.b85decode(text)).decode().splitlines()
