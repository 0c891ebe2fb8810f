"""What an adapter composes: a part of a call that the library's convolution lacks, by another operation of the library.

A bias that is added after a convolution without one, or zeros that are put around its input, can be the library's own
operation too. Whoever reads a verdict must know which operation it is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COMPOSABLE = ("bias", "padding")
"""The parts that may be composed: the bias, and explicit padding with zeros. Padding modes never are."""


def as_composed(parts: Any, name: str = "Adapter.composed") -> dict[str, str]:
    """The operation of each composed part. ValueError, in a sentence that begins with the name, for anything else."""
    if not isinstance(parts, Mapping):
        raise ValueError(f"{name} is {parts!r:.80}; give a mapping, as in {{'bias': 'jax.numpy.add'}}")
    for part, operation in parts.items():
        if part not in COMPOSABLE:
            raise ValueError(f"{name}: {part!r:.80} cannot be composed; allowed are {' and '.join(COMPOSABLE)}")
        if not isinstance(operation, str) or not operation.strip():
            raise ValueError(
                f"{name}: {operation!r:.80} names no operation; say which of the library's own the {part} is by, "
                "as in 'jax.numpy.add'"
            )
    return {part: parts[part] for part in COMPOSABLE if part in parts}


def told(parts: Mapping[str, str]) -> str:
    """The composed parts as words; empty where there are none."""
    return ", ".join(f"{part} by {operation}" for part, operation in parts.items())
