"""How an implementation that a script has in its hands is reached by the suite."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.foreign import escaped_line
from conv2d_conformance.implementation.forks_that_work import why_no_fork
from conv2d_conformance.implementation.handed import HandedOver, handed_over

FIND = """
import importlib.util, sys
sys.path.append(sys.argv[2])
found = importlib.util.find_spec(sys.argv[1])
print(found.origin if found else None)
"""


@dataclass(frozen=True)
class Reached:
    """A target for the time of a run, and the isolation in which it can run."""

    target: str
    isolation: str


@contextmanager
def reached(implementation: str | Adapter | Callable[..., Any], isolation: str) -> Iterator[Reached]:
    """What denotes the implementation.

    A string is a target. A function that a fresh process finds by its module and name is that. All else is handed over
    as it is, to forks of this process; and where there is none, it runs in this process, without isolation.
    """
    if isinstance(implementation, str):
        yield Reached(implementation, isolation)
        return
    if not isinstance(implementation, Adapter) and not callable(implementation):
        kind = type(implementation).__name__
        raise TypeError(f"certify takes a target, a function or an Adapter, got a value of type {kind}")
    if target := found_again(implementation):
        yield Reached(target, isolation)
        return
    kind = implementation if hasattr(implementation, "__qualname__") else type(implementation)
    module, name = (str(getattr(kind, key, "")) for key in ("__module__", "__qualname__"))
    obstacle = None if isolation == "none" else why_no_fork()
    place = "in this process" if isolation == "none" else "in forks of the process that has it"
    place = f"in that process, since {obstacle}" if obstacle else place
    target = f"callable:{escaped_line(f'{module}.{name}')}"
    with handed_over(target, HandedOver(implementation, module, name, f"handed over, and run {place}")):
        yield Reached(target, "none" if obstacle else isolation)


def found_again(function: object) -> str | None:
    """The target by which a fresh process finds this very function; None where none does."""
    name, qualname = (getattr(function, key, None) for key in ("__module__", "__qualname__"))
    if not isinstance(name, str) or not isinstance(qualname, str) or name == "__main__" or "<" in qualname:
        return None
    module = sys.modules.get(name)
    file = getattr(module, "__file__", None)
    found: object = module
    for part in qualname.split("."):
        found = getattr(found, part, None)
    if found is not function or file is None or not file.endswith(".py"):
        return None
    if "." not in name and not hasattr(module, "__path__"):
        return f"{Path(file).absolute()}:{qualname}"
    top = name.partition(".")[0]
    return f"{name}:{qualname}" if _origin_afresh(top) == getattr(sys.modules.get(top), "__file__", "") else None


def _origin_afresh(package: str) -> str | None:
    """From where a worker would import a package: what this process put on its path is unknown to it."""
    command = [sys.executable, "-P", "-c", FIND, package, os.getcwd()]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout.strip() or None
