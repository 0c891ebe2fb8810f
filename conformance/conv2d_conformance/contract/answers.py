"""What can be asked of an implementation, and everything that can come back.

What comes back holds showable text alone, wherever it was made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.signatures import MAIN
from conv2d_conformance.foreign import LONGEST_SENTENCE, escaped, showable, showable_name


@dataclass(frozen=True)
class Request:
    """One call: `operation` names a signature; an array that is None is not handed over.

    An argument that is missing from `arguments` is left out of the call. Pairs are tuples. All arrays lie in memory as
    the `view` says, or the one that is `viewed` alone. `products` is how many multiplications the definition needs: a
    larger call may take longer. With another request `beside` it, the two calls are made at once, from two threads,
    again and again, and both are answered. `line` is what denotes the call to a person, where something does.
    `meanwhile` is a little work that the harness can do until the answer of another process comes.
    """

    operation: str
    arguments: dict[str, Any]
    arrays: dict[str, Array | None]
    view: str | None = None
    products: int = 0
    beside: Request | None = None
    viewed: str | None = None
    line: str = ""
    meanwhile: Callable[[], object] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Observation:
    """Something that the worker saw while the call was made, besides its answer.

    kind: "input-changed", "guard-changed", "aliases-input", "aliases-output", "aliases-itself", "output-changed",
    "state-changed", "imports-reference".
    """

    kind: str
    sentence: str

    def __post_init__(self) -> None:
        _clean(self, kind=showable_name(self.kind), sentence=showable(self.sentence, LONGEST_SENTENCE))


@dataclass(frozen=True)
class Result:
    """The call returned numeric arrays (None where the contract allows None), as they came: dtype, order and all.

    Of two calls that were made at once, those of the second follow.
    """

    arrays: tuple[Array | None, ...]
    observed: tuple[Observation, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class Rejected:
    """The call raised: the library's own error type and message."""

    type: str
    message: str
    observed: tuple[Observation, ...] = ()

    def __post_init__(self) -> None:
        _clean(self, type=showable_name(self.type), message=showable(self.message))


TWICE = ", twice"
"""How a sentence goes on about a call that was made once more, in vain."""


@dataclass(frozen=True)
class Broken:
    """No answer that could be judged.

    kind: "died", "timeout", "memory-limit" (the process took more than it may), "memory" (the call itself ran out of
    it), "not-an-array", "exit" or "protocol".
    """

    kind: str
    sentence: str
    stderr: str = ""

    def __post_init__(self) -> None:
        _clean(self, sentence=showable(self.sentence), stderr=escaped(self.stderr))


Answer = Result | Rejected | Broken


@dataclass(frozen=True)
class Hello:
    """How an implementation introduces itself."""

    name: str
    version: str
    language: str
    capabilities: Capabilities
    description: str = ""
    operations: tuple[str, ...] = (MAIN,)
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def claimed(self) -> frozenset[str]:
        """The features and the operations that it claims."""
        return self.capabilities.features | frozenset(self.operations)

    def __post_init__(self) -> None:
        names = {name: showable_name(getattr(self, name)) for name in ("name", "version", "language")}
        environment = {
            showable_name(key): showable_name(value, LONGEST_SENTENCE) for key, value in self.environment.items()
        }
        _clean(self, **names, description=showable(self.description, LONGEST_SENTENCE), environment=environment)


def _clean(value: object, **texts: Any) -> None:
    """Put showable texts in the place of what a frozen value was made with."""
    for name, text in texts.items():
        object.__setattr__(value, name, text)


class Implementation(Protocol):
    """An implementation under test, in this process or in another."""

    hello: Hello

    def ask(self, request: Request) -> Answer: ...

    def restart(self) -> bool:
        """Forget all calls so far, by means of a fresh process; False where that is not possible."""

    def close(self) -> None: ...
