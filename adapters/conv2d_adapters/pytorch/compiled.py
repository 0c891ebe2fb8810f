"""Functions as `torch.compile` makes them, and never as they are without it."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from types import FunctionType
from typing import Any

import torch

from conv2d_conformance.contract.delivered import Delivered
from conv2d_conformance.forms.form_error import FormError

BACK_ENDS = ("inductor", "aot_eager", "eager")
"""Those that PyTorch itself has on every device; the last two trace, and compile nothing."""

UNCOMPILED = Delivered(None, wrong="what was computed without compiled code: torch.compile gave up")

MOST_KEPT = 64
"""Compiled functions; one that is needed again later is compiled again."""

HINT = "inductor needs a C++ compiler for the CPU (the variable CXX names one), Triton for a GPU; or leave compile out"


def compiled(function: Callable[..., Any], back_end: str) -> Callable[..., Any]:
    """The function, compiled by itself for every kind of call: shapes, memory layouts, dtypes and arguments.

    So an answer depends on no earlier call, and PyTorch does not meet the number of compilations of one function after
    which it gives up. Where it gives up for another reason it may call the function as it is, without a word. So the
    code that the back end made notes that it runs; the result is UNCOMPILED where it did not.
    """
    from torch._dynamo import lookup_backend  # late: it takes seconds

    make_code, seen = lookup_backend(back_end), threading.local()

    def make_seen_code(graph: Any, inputs: Any) -> Callable[..., Any]:
        code = make_code(graph, inputs)

        def seen_code(*arguments: Any) -> Any:
            seen.ran = True
            return code(*arguments)

        return seen_code

    @functools.lru_cache(MOST_KEPT)
    def for_kind(kind: Hashable) -> Callable[..., Any]:  # noqa: ARG001  # the key
        made: Callable[..., Any] = torch.compile(_copy(function), backend=make_seen_code, fullgraph=True, dynamic=False)
        return made

    def call(*positional: Any, **named: Any) -> Any:
        seen.ran = False
        value = for_kind(_kind(positional, named))(*positional, **named)
        return value if seen.ran else UNCOMPILED

    return call


def _copy(function: Any) -> FunctionType:
    """A function with code of its own, with which PyTorch keeps what it compiles."""
    made = FunctionType(function.__code__.replace(), function.__globals__, function.__name__, function.__defaults__)
    made.__kwdefaults__ = function.__kwdefaults__
    return made


def _kind(positional: Sequence[Any], named: Mapping[str, Any]) -> Hashable:
    described = [
        (item.shape, item.stride(), item.dtype, item.requires_grad) if isinstance(item, torch.Tensor) else repr(item)
        for item in positional
    ]
    return tuple(described), repr(sorted(named.items()))


def require_back_end(back_end: str, device: str) -> None:
    """FormError where the back end compiles nothing on the device: it needs a compiler, say, that is not there."""
    try:
        value = compiled(_probe, back_end)(torch.ones(2, device=device))
    except Exception as error:  # each back end has its own
        why = _sentence(error)
    else:
        why = "torch.compile is turned off, as by TORCH_COMPILE_DISABLE" if value is UNCOMPILED else ""
    if why:
        raise FormError(f"compile={back_end} compiles nothing here: {why}", HINT)


def _sentence(error: BaseException) -> str:
    """The first line of the exception that is behind those of PyTorch."""
    while behind := getattr(error, "inner_exception", None) or error.__cause__:
        error = behind
    return str(error).strip().partition("\n")[0].rstrip(".:") or type(error).__name__


def _probe(x: torch.Tensor) -> torch.Tensor:
    return torch.sin(x) + 1
