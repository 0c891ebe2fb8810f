"""The same implementation with another value of one option, in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from conv2d_conformance.contract.answers import Answer, Broken, Implementation, Request
from conv2d_conformance.implementation import handed
from conv2d_conformance.implementation.target import LoadError, TargetError, split


class OtherOptions:
    """Implementations of a target that differ in an option, each started when it is first asked."""

    def __init__(self, target: str, start: Callable[[str], Implementation]) -> None:
        self._target = target
        self._start = start
        self._started: dict[str, Implementation | Broken] = {}

    def ask(self, name: str, value: str, request: Request) -> Answer:
        """Make a call with this value of an option. Where it cannot be set, that is the answer."""
        text = with_option(self._target, name, value)
        if text not in self._started:
            self._started[text] = self._begin(text, name)
        found = self._started[text]
        return found if isinstance(found, Broken) else found.ask(request)

    def _begin(self, text: str, name: str) -> Implementation | Broken:
        if self._target.startswith("command:") or self._target in handed.OBJECTS:
            return cannot_be_set(name, "a target of this form has no options")
        try:
            return self._start(text)
        except (LoadError, TargetError) as error:
            return cannot_be_set(name, str(error))

    def close(self) -> None:
        for started in self._started.values():
            if not isinstance(started, Broken):
                started.close()
        self._started.clear()


def cannot_be_set(name: str, why: str) -> Broken:
    return Broken("no-option", f"the option {name} cannot be set: {why}")


def with_option(target: str, name: str, value: str) -> str:
    """The TARGET with an option set, in place of what it was."""
    base, query = split(target)
    kept = [item for item in (query or "").split("&") if item and item.partition("=")[0] != name]
    return f"{base}?{'&'.join([*kept, f'{name}={quote(value)}'])}"
