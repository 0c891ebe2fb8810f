"""The Python worker: it serves one adapter over two descriptors until it is told to stop."""

from __future__ import annotations

import os
import platform
import sys
import warnings
from dataclasses import dataclass

import numpy as np

from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.answers import Broken, Hello, Result
from conv2d_conformance.contract.signatures import SIGNATURES
from conv2d_conformance.implementation.calling import Memory, answer
from conv2d_conformance.implementation.concurrent_calls import answer_together
from conv2d_conformance.implementation.file_channel import FILE, FileChannel
from conv2d_conformance.implementation.framing import Buffers, Incoming, advance, encode
from conv2d_conformance.implementation.modules_beside import modules_beside
from conv2d_conformance.implementation.protocol import decode_request, encode_answer, encode_hello
from conv2d_conformance.implementation.target import LoadError, Target, load, parse

UNLIMITED = 1 << 62  # the harness is trusted with its own requests


@dataclass(frozen=True)
class Loaded:
    """An adapter, and where an import of the reference must be reported, the modules that were there before it.

    beside: the modules of its own folder, in words.
    """

    adapter: Adapter
    own_modules: frozenset[str] | None
    beside: str = ""


def loaded(text: str) -> Loaded:
    """Import a target, in a process that is all its own. LoadError."""
    warnings.simplefilter("ignore")
    if sys.stdout is not None:
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # a TextIOWrapper in a worker
    target = parse(text)
    own = frozenset(sys.modules)
    adapter = load(target)
    beside = modules_beside(target.path, own) if target.path else ""
    return Loaded(adapter, own if _reference_is_foreign(target) else None, beside)


def serve(text: str, requests: int, answers: int, files: int | None = None) -> None:
    """Answer the messages on `requests` until `bye`, or until the harness is gone. Large arrays come on `files`."""
    channel = None if files is None else FileChannel.at(files)
    try:
        target = loaded(text)
    except LoadError as error:
        _receive(requests)
        return _send(
            answers, encode({"answer": "error", "kind": "load", "sentence": error.sentence, "hint": error.hint})
        )
    return serve_loaded(target, requests, answers, channel)


def serve_loaded(target: Loaded, requests: int, answers: int, channel: FileChannel | None) -> None:
    """The same for a target that is imported already."""
    adapter, memory, me = target.adapter, Memory(), os.getpid()
    while (message := _receive(requests)) is not None and (operation := message.header["op"]) != "bye":
        if operation == "hello":
            _send(answers, encode_hello(hello(adapter, target.beside)))
            continue
        file = channel.receive(message.header, UNLIMITED) if channel is not None and FILE in message.header else None
        request = decode_request(message.header, message.arrays, file)
        if request.beside is not None:
            given = answer_together(adapter, request)
        else:
            given = answer(adapter, request, memory, own_modules=target.own_modules)
        if os.getpid() != me:
            os._exit(0)  # the call forked, and its child returned here too: only the parent answers
        if isinstance(given, Broken) and given.kind == "died":
            sys.stderr.write(f"{given.sentence}\n")
            sys.stderr.flush()
            os._exit(1)  # what is lost is lost for all later calls: a fresh process answers them
        if channel is not None and isinstance(given, Result) and given.file is not None:
            channel.send(given.file)
        _send(answers, encode_answer(given, operation, message.header["id"]))
        del message, file, request, given  # else their arrays would take memory beside those of the next call


def hello(adapter: Adapter, beside: str = "") -> Hello:
    """How an adapter introduces itself, with the modules of its own folder."""
    return Hello(
        name=adapter.name,
        version=adapter.version,
        language="python",
        capabilities=adapter.capabilities,
        description=adapter.description,
        operations=tuple(name for name in SIGNATURES if getattr(adapter, name, None) is not None),
        environment={
            "python": platform.python_version(),
            "numpy": np.__version__,
            "platform": platform.platform(),
            **({"modules": beside} if beside else {}),
            **adapter.environment,
        },
        composed=dict(adapter.composed),
    )


def _reference_is_foreign(target: Target) -> bool:
    """Whether an import of the reference must be reported.

    The bundled adapters of the reference may import it, and a fork has it of its parent, the suite.
    """
    return not target.is_handed and not (
        target.is_bundled and target.module.rpartition(".")[2].startswith("reference_")
    )


def _receive(descriptor: int) -> Incoming | None:
    message = Incoming(UNLIMITED)
    try:
        while not message.complete:
            message.read_from(descriptor)
    except EOFError:
        return None
    return message


def _send(descriptor: int, buffers: Buffers) -> None:
    while buffers:
        buffers = advance(buffers, os.writev(descriptor, buffers))
