"""The functions of an adapter as data: what each is given, in which order, and what it returns.

A worker knows nothing else about an operation. How an answer is judged is in `operations`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Signature:
    """One function of an adapter.

    arrays: passed by position, in this order; None for one that the call lacks. positional: the arguments passed by
    position instead; all others are keywords. returns: the arrays that come back, in order; some `may_be_none`.
    word: the word of a case line that asks for it; empty for conv2d, None where its lines have their own grammar.
    graded_apart: whether an adapter may claim an accuracy for it apart from that of conv2d, as "float32/NAME".
    lays_out_padding: whether the padding of its input takes memory, whatever its stride. draws: whether it may use the
    random generators of the process.
    """

    name: str
    returns: tuple[str, ...]
    arrays: tuple[str, ...] = ()
    positional: tuple[str, ...] = ()
    may_be_none: frozenset[str] = frozenset()
    word: str | None = None
    graded_apart: bool = False
    lays_out_padding: bool = False
    draws: bool = False

    @property
    def symbols(self) -> tuple[str, ...]:
        """The names in sentences of the arrays that come back: a single one is y."""
        return ("y",) if len(self.returns) == 1 else self.returns


MAIN = "conv2d"
"""The operation of every implementation, and the only one of a bare function."""

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
            graded_apart=True,
            lays_out_padding=True,
        ),
    )
}
"""By name, in the order in which an adapter lists its operations."""


def dtype_of_subject(subject: str) -> str:
    """The dtype of a subject of accuracy: of "float32", or of "float32/NAME" for an operation that is graded apart.

    Any other text is returned as it is.
    """
    dtype, _, operation = subject.partition("/")
    return dtype if operation in SIGNATURES and SIGNATURES[operation].graded_apart else subject
