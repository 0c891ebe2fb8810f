"""The functions of an adapter as data: what each is given, in which order, and what it returns.

This is all that a worker knows of an operation; how an answer is judged is in `operations`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Signature:
    """One function of an adapter.

    arrays: handed over by position, in this order; None for one that the call lacks. positional: the arguments that
    come by position in their place; all others are keywords. returns: the arrays that come back, in order, of which
    some `may_be_none`. word: what asks for it in a case line, which for conv2d is no word at all; None where its lines
    have a grammar of their own. lays_out_padding: whether the padding of its input takes memory, however its windows
    step. draws: whether it may use the random generators of the process.
    """

    name: str
    returns: tuple[str, ...]
    arrays: tuple[str, ...] = ()
    positional: tuple[str, ...] = ()
    may_be_none: frozenset[str] = frozenset()
    word: str | None = None
    lays_out_padding: bool = False
    draws: bool = False

    @property
    def symbols(self) -> tuple[str, ...]:
        """What the arrays that come back are called in sentences: a single one is y."""
        return ("y",) if len(self.returns) == 1 else self.returns


MAIN = "conv2d"
"""What every implementation can do, and all that a function without an adapter does."""

SIGNATURES = {
    found.name: found
    for found in (
        Signature(MAIN, ("output",), ("input", "weight", "bias"), word=""),
        Signature(
            "initialize",
            ("weight", "bias"),
            positional=("in_channels", "out_channels", "kernel_size"),
            may_be_none=frozenset({"bias"}),
            draws=True,
        ),
        Signature(
            "gradients",
            ("grad_input", "grad_weight", "grad_bias"),
            ("input", "weight", "bias", "grad_output"),
            may_be_none=frozenset({"grad_bias"}),
            word="grad",
            lays_out_padding=True,
        ),
    )
}
"""By name, in the order in which an adapter tells what it has."""
