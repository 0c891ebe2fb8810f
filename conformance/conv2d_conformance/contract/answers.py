"""The call that the suite makes of an implementation, and every form that the answer can take.

An answer holds only text that is safe to show, wherever the answer was made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from conv2d_conformance.contract.array_file import ArrayFile
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.signatures import MAIN
from conv2d_conformance.foreign import LONGEST_SENTENCE, escaped, showable, showable_name


@dataclass(frozen=True)
class Request:
    """One call: `operation` names a signature; an array that is None is not passed.

    An argument that is missing from `arguments` is left out of the call. Pairs are tuples. The `view` says how the
    arrays lie in memory: all of them, or only the one that is `viewed`. `products` is the number of multiplications
    that the definition needs: a call with more may take longer. With a second request `beside` it, two threads make
    the two calls at once, again and again, and both are answered. `line` denotes the call to a person, if a line does.
    `meanwhile` is a little work that the harness does while another process computes the answer, and `spare` a little
    more, which it leaves for later where the answer is there by then. `elements` is the number of those of the answer,
    where there may be very many. Its arrays may lie in a `file`, which is sealed; then
    nothing is viewed, and so may those of the answer.
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
    spare: Callable[[], object] | None = field(default=None, compare=False)
    elements: int = 0
    file: ArrayFile | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Observation:
    """Something that the worker saw during the call, besides the answer.

    kind: "input-changed", "guard-changed", "aliases-input", "aliases-output", "aliases-itself", "output-changed",
    "state-changed", "imports-reference".
    """

    kind: str
    sentence: str

    def __post_init__(self) -> None:
        _clean(self, kind=showable_name(self.kind), sentence=showable(self.sentence, LONGEST_SENTENCE))


@dataclass(frozen=True)
class Result:
    """The call returned numeric arrays, kept as they came; None where the contract allows None.

    For two calls made at once, the arrays of the second follow those of the first. They may lie in a `file`.
    """

    arrays: tuple[Array | None, ...]
    observed: tuple[Observation, ...] = ()
    seconds: float = 0.0
    file: ArrayFile | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Rejected:
    """The call raised: the library's own error type and message."""

    type: str
    message: str
    observed: tuple[Observation, ...] = ()

    def __post_init__(self) -> None:
        _clean(self, type=showable_name(self.type), message=showable(self.message))


TWICE = ", twice"
"""Ends the sentence about a call that failed again when it was repeated."""


@dataclass(frozen=True)
class Broken:
    """There is no answer to judge.

    kind: "died", "timeout", "memory-limit" (the process exceeded its limit), "memory" (the call ran out of memory),
    "not-an-array", "exit" or "protocol"; "no-option", where the call was to be made with an option that cannot be set.
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
    composed: dict[str, str] = field(default_factory=dict)

    @property
    def claimed(self) -> frozenset[str]:
        """The claimed features and operations."""
        return self.capabilities.features | frozenset(self.operations)

    def __post_init__(self) -> None:
        names = {name: showable_name(getattr(self, name)) for name in ("name", "version", "language")}
        environment = {
            showable_name(key): showable_name(value, LONGEST_SENTENCE) for key, value in self.environment.items()
        }
        composed = {part: showable_name(operation) for part, operation in self.composed.items()}
        _clean(
            self,
            **names,
            composed=composed,
            description=showable(self.description, LONGEST_SENTENCE),
            environment=environment,
        )


def _clean(value: object, **texts: Any) -> None:
    """Replace fields of a frozen value by texts that are safe to show."""
    for name, text in texts.items():
        object.__setattr__(value, name, text)


class Implementation(Protocol):
    """An implementation under test, in this process or in another."""

    hello: Hello

    def ask(self, request: Request) -> Answer: ...

    def restart(self) -> bool:
        """Forget all calls so far by starting a fresh process; False where that is impossible."""

    def close(self) -> None: ...


@runtime_checkable
class WithOptions(Protocol):
    """An implementation whose adapter can be asked with other options too."""

    def ask_with_option(self, name: str, value: str, request: Request) -> Answer:
        """Make the call with one option set, apart from all other calls."""


def ask_with_option(implementation: Implementation, name: str, value: str, request: Request) -> Answer:
    """Make the call with one option set. Where the implementation has none, that is the answer."""
    if isinstance(implementation, WithOptions):
        return implementation.ask_with_option(name, value, request)
    return Broken("no-option", f"the option {name} cannot be set: nobody knows how")
