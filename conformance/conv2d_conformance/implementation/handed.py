"""Adapters that a script or a notebook handed over as they are, since no other process finds them by a name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from conv2d_conformance.contract.adapter import Adapter

ADAPTERS: dict[str, Adapter] = {}
"""By their target. A forked process has those that its parent had."""


@contextmanager
def handed_over(text: str, adapter: Adapter) -> Iterator[None]:
    """Let a target denote the adapter."""
    ADAPTERS[text] = adapter
    try:
        yield
    finally:
        del ADAPTERS[text]
