"""The children of this process that carry out tasks of others, one for each task at a time.

Whoever gives tasks has a key, and children of its own: nothing is left in them of what others did.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from conv2d_conformance.hinted import Hinted
from conv2d_conformance.pool.kept_process import ChildDied, KeptProcess

TRIES = 3
"""Another task may have taken the memory, so that the system killed a child."""


class TaskKills(Hinted):
    """A task ends every process that carries it out."""

    is_of_the_environment = True


@dataclass
class _Children:
    """Those of one key."""

    idle: list[KeptProcess] = field(default_factory=list)
    busy: list[KeptProcess] = field(default_factory=list)
    has_ended: bool = False


_LOCK = threading.Lock()
_CHILDREN: dict[str, _Children] = {}


def carried_out(key: str, function: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """What a function returns or raises in a child that has no other task. TaskKills."""
    with _LOCK:
        children = _CHILDREN.setdefault(key, _Children())
    reason = ""
    for _ in range(TRIES):
        child = _taken(children)
        try:
            return child.result(function, arguments, named)
        except ChildDied as death:
            reason = str(death)
            if children.has_ended:
                break
        finally:
            _give_back(children, child)
    raise TaskKills(f"a task has no result: {reason}", "look at the memory of the machines, and at what they log")


def end(key: str) -> None:
    """End all children of a key, now."""
    with _LOCK:
        children = _CHILDREN.pop(key, _Children())
        children.has_ended = True
        for child in children.busy:
            child.kill()
        for child in children.idle:
            child.leave()
        children.idle.clear()


def _taken(children: _Children) -> KeptProcess:
    with _LOCK:
        while children.idle and not children.idle[-1].is_alive:
            children.idle.pop().leave()
        child = children.idle.pop() if children.idle else KeptProcess()
        children.busy.append(child)
        return child


def _give_back(children: _Children, child: KeptProcess) -> None:
    with _LOCK:
        children.busy.remove(child)
        if child.is_alive and not children.has_ended:
            children.idle.append(child)
        else:
            child.leave()
