"""What a TARGET on the command line denotes.

`parse` reads the text and imports nothing of the target, so that the harness stays clean.
`load` imports it, in the worker.
"""

from __future__ import annotations

import difflib
import hashlib
import importlib
import importlib.util
import inspect
import re
import shlex
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote

from conv2d_conformance.contract.adapter import UNVERSIONED, Adapter, adapter_from_function
from conv2d_conformance.contract.bare_functions import fault_of_parameters
from conv2d_conformance.foreign import LONGEST_SENTENCE, escaped, showable
from conv2d_conformance.forms.form_error import FormError
from conv2d_conformance.hinted import unless_it_leaves
from conv2d_conformance.implementation import bundled, handed
from conv2d_conformance.implementation.bundled import how_to_get, list_adapters, pip_install

FORMS = (
    "a TARGET is the name of a bundled adapter, package.module:object, path/to/file.py:object, "
    "path/to/library.so:function, or command:PROGRAM ARG ...; each but the last may end in ?key=value&key=value"
)


LIBRARY = ".so"
"""How the file of a shared library ends."""


# The two errors are dataclasses but not frozen: `contextlib` sets the traceback of an exception that passes through.
@dataclass(eq=False)
class TargetError(Exception):
    """The text denotes no target: wrong usage."""

    sentence: str
    hint: str = ""

    def __post_init__(self) -> None:
        self.sentence, self.hint = (showable(text, LONGEST_SENTENCE) for text in (self.sentence, self.hint))

    def __str__(self) -> str:
        return f"{self.sentence} ({self.hint})" if self.hint else self.sentence


@dataclass(eq=False)
class LoadError(Exception):
    """The target exists, and no implementation came out of it."""

    sentence: str
    hint: str = ""
    stderr: str = ""

    def __post_init__(self) -> None:
        self.sentence, self.hint = (showable(text, LONGEST_SENTENCE) for text in (self.sentence, self.hint))
        self.stderr = escaped(self.stderr)

    def __str__(self) -> str:
        return f"{self.sentence} ({self.hint})" if self.hint else self.sentence


@dataclass(frozen=True, kw_only=True)
class Target:
    """Exactly one of `module`, `path` and `command` is set. `is_handed`: the object is one that this process has."""

    text: str
    module: str = ""
    path: str = ""
    command: tuple[str, ...] = ()
    is_handed: bool = False
    attribute: str = "adapter"
    options: dict[str, str] = field(default_factory=dict)

    @property
    def is_bundled(self) -> bool:
        return self.module.startswith(f"{bundled.BUNDLED}.")

    @property
    def place(self) -> str:
        return self.module or self.path


def parse(text: str) -> Target:
    """Read a TARGET. TargetError says what is wrong with it."""
    if text.startswith("command:"):
        return Target(text=text, command=_words(text.removeprefix("command:")))
    if (given := handed.OBJECTS.get(text)) is not None:
        return Target(text=text, module=given.module, attribute=given.name, is_handed=True)
    base, query = split(text)
    place, colon, attribute = base.rpartition(":")
    options = {} if query is None else _options(text, query)
    if not colon:
        return Target(text=text, module=_bundled_module(base), options=options)
    if not place or not all(part.isidentifier() for part in attribute.split(".")):
        raise TargetError(f"{base!r} is not a target", FORMS)
    if not _is_path(place):
        return Target(text=text, module=place, attribute=attribute, options=options)
    if not _is_file(place):
        raise TargetError(f"there is no file {place!r}", f"looked for in {Path.cwd()}")
    return Target(text=text, path=place, attribute=attribute, options=options)


def split(text: str) -> tuple[str, str | None]:
    """A TARGET without its options, and the text of these; None where it has none.

    Options begin at the first `?`, and in the name of a file at the first one after `.py:object`.
    """
    base, mark, query = text.partition("?")
    if text.startswith("command:"):
        return text, None
    if mark and ":" not in base and base not in list_adapters() and (found := _FILE.fullmatch(text)):
        return found["base"], found["query"]
    return base, query if mark else None


_FILE = re.compile(r"(?P<base>.*?\.py:[^?:/]+)(?:\?(?P<query>.*))?", re.DOTALL)


def _is_path(text: str) -> bool:
    return text.endswith((".py", LIBRARY)) or "/" in text


def _is_file(path: str) -> bool:
    try:
        return Path(path).is_file()
    except OSError:  # a name that is too long, say
        return False


def _words(command: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise TargetError(f"the command {command!r} cannot be split into words: {error}", "check the quotes") from None
    if not words:
        raise TargetError("command: names no program", "for example: command:./my-worker --device 0")
    return words


def _options(text: str, query: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for item in query.split("&"):
        key, equals, value = item.partition("=")
        if not equals or not key.isidentifier():
            raise TargetError(f"{item!r} in {text!r} is not an option", "options read ?key=value&key=value")
        if key in options:
            raise TargetError(f"the option {key!r} is given twice in {text!r}")
        options[key] = unquote(value)
    return options


def _bundled_module(name: str) -> str:
    known = list_adapters()
    if name in known:
        return f"{bundled.BUNDLED}.{name.replace('-', '_')}"
    if _is_path(name) or "." in name:
        raise TargetError(f"{name!r} names no object", f"did you mean {name}:adapter?")
    closest = difflib.get_close_matches(name, known, n=1)
    guess = f"did you mean {closest[0]}? " if closest else ""
    raise TargetError(f"there is no bundled adapter {name!r}", f"{guess}conv2d-conformance list adapters names them")


def load(target: Target) -> Adapter:
    """Import the target and configure it. LoadError says what stands in the way; nothing else is raised."""
    if target.command:
        raise LoadError("a command cannot be loaded into a Python process", "it runs in a process of its own")
    if target.path.endswith(LIBRARY):
        return _in_form(target, _of_library)
    if (given := handed.OBJECTS.get(target.text)) is not None:
        adapter = _adapter_of(given.value, target)
        return replace(adapter, description="; ".join(filter(None, (adapter.description, given.told))))
    return _adapter_of(_find(_import(target), target), target)


def _adapter_of(found: Any, target: Target) -> Adapter:
    if isinstance(found, Adapter):
        adapter = found
    elif isinstance(getattr(found, "adapter", None), Adapter):
        adapter = found.adapter
    elif callable(found):
        return _named(_wrap(found, target), target)
    else:
        raise LoadError(
            f"{target.attribute} in {target.place} is a value of type {type(found).__name__}",
            "it must be an Adapter or a function conv2d(input, weight, bias=None, *, stride=1, ...)",
        )
    return _named(_configure(adapter, target) if target.options else adapter, target)


def _named(adapter: Adapter, target: Target) -> Adapter:
    for what in ("name", "version", "description"):
        if not isinstance(value := getattr(adapter, what), str):
            raise LoadError(
                f"the {what} of the adapter in {target.place} is of type {type(value).__name__}, not a string"
            )
    if not all(isinstance(text, str) for text in (*adapter.environment, *adapter.environment.values())):
        raise LoadError(f"the environment of the adapter in {target.place} holds more than strings")
    return adapter


def _import(target: Target) -> ModuleType:
    # What the target imports from beside itself goes last: a file named torch.py must not hide the library.
    beside = str(Path(target.path).resolve().parent) if target.path else str(Path.cwd())
    if beside not in sys.path:
        sys.path.append(beside)
    try:
        return _import_file(target.path) if target.path else importlib.import_module(target.module)
    except SyntaxError as error:
        raise LoadError(f"{target.place} has a syntax error: {error.msg}", f"{error.filename}:{error.lineno}") from None
    except ModuleNotFoundError as error:
        raise _missing(target, error) from None
    except BaseException as error:
        raise LoadError(f"importing {target.place} {_raised(error)}", _hint(error)) from None


def _import_file(path: str) -> ModuleType:
    name = f"conv2d_target_{Path(path).stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _missing(target: Target, error: ModuleNotFoundError) -> LoadError:
    name = error.name or ""
    if target.module and (target.module == name or target.module.startswith(f"{name}.")):
        return LoadError(f"there is no module {name}", f"looked for in {Path.cwd()} and where Python finds its modules")
    library = name.partition(".")[0]
    return LoadError(
        f"{target.place} needs the library {library}, which is not installed", _how_to_get(library, target)
    )


def _how_to_get(library: str, target: Target) -> str:
    return how_to_get([library], target.module.rpartition(".")[2]) if target.is_bundled else pip_install([library])


def _find(module: ModuleType, target: Target) -> Any:
    found: Any = module
    for name in target.attribute.split("."):
        try:
            found = getattr(found, name)
        except AttributeError:
            public = [key for key in vars(module) if not key.startswith("_")]
            closest = difflib.get_close_matches(target.attribute, public, n=1)
            guess = f"did you mean {closest[0]}?" if closest else f"it has: {', '.join(public) or 'nothing'}"
            raise LoadError(f"there is no {target.attribute} in {target.place}", guess) from None
    return found


def _wrap(function: Any, target: Target) -> Adapter:
    """What is no adapter as one."""
    from conv2d_conformance.forms.object_form import adapter_of  # late: `parse` needs none of it, and has to be fast

    return _in_form(
        target, lambda _: adapter_of(function, target.options) or _called_as_the_contract_does(function, target)
    )


def _of_library(target: Target) -> Adapter:
    from conv2d_conformance.forms.library import of_library

    return of_library(target.path, target.attribute, target.options)


def _in_form(target: Target, make: Callable[[Target], Adapter]) -> Adapter:
    """An adapter that is made of a target, under the name of its place; its version is the digest of the file."""
    name = f"{Path(target.path).name if target.path else target.module}:{target.attribute}"
    try:
        return replace(make(target), name=name, version=_digest(target))
    except FormError as error:
        raise LoadError(f"{target.attribute} in {target.place}: {error.sentence}", error.hint) from None
    except SystemExit as error:
        raise LoadError(f"{target.attribute} in {target.place} {_raised(error)}", _hint(error)) from None


def _called_as_the_contract_does(function: Any, target: Target) -> Adapter:
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):
        raise LoadError(
            f"the signature of {target.attribute} in {target.place} cannot be read",
            "wrap it in a Python function that names the arguments it takes",
        ) from None
    if fault := fault_of_parameters(signature):
        sentence, hint = fault
        raise LoadError(f"{target.attribute} in {target.place} is no conv2d as it stands: {sentence}", hint)
    return adapter_from_function(function)


def _digest(target: Target) -> str:
    """The digest of the file that holds the function; what it imports from elsewhere is not included."""
    file = target.path or getattr(sys.modules.get(target.module), "__file__", None)
    if file is None:
        return UNVERSIONED
    try:
        return f"sha256:{hashlib.sha256(Path(file).read_bytes()).hexdigest()[:12]}"
    except OSError:
        return UNVERSIONED


def _configure(adapter: Adapter, target: Target) -> Adapter:
    if adapter.configure is None:
        raise LoadError(f"the adapter {adapter.name} takes no options", f"leave out ?{split(target.text)[1]}")
    signature = inspect.signature(adapter.configure)
    try:
        signature.bind(**target.options)
    except TypeError as error:
        known = ", ".join(signature.parameters) or "none"
        raise LoadError(f"the adapter {adapter.name}: {error}", f"its options are: {known}") from None
    try:
        configured = adapter.configure(**target.options)
    except FormError as error:
        raise LoadError(error.sentence, error.hint) from None
    except BaseException as error:
        raise LoadError(f"configuring the adapter {adapter.name} {_raised(error)}", _hint(error)) from None
    if not isinstance(configured, Adapter):
        raise LoadError(f"configure of the adapter {adapter.name} returned a value of type {type(configured).__name__}")
    return configured


def _raised(error: BaseException) -> str:
    return f"raised {type(error).__name__}: {error}".removesuffix(": ")


def _hint(error: BaseException) -> str:
    """Where it was raised, and, where that would have ended Python, how to keep it from that."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return ": ".join(filter(None, (where, unless_it_leaves("", error))))
