"""Whether a fork of this process works as it does: nothing of a library is lacking in it."""

from __future__ import annotations

import sys

NEVER_FORKED = ("jax",)
"""Libraries with threads of their own that a fork lacks and waits for."""


def why_no_fork() -> str | None:
    """What stands in the way of a fork; None where nothing is known to."""
    if sys.platform != "linux":
        return f"a fork is not safe on {sys.platform}"
    for name in NEVER_FORKED:
        if name in sys.modules:
            return f"{name} does not work in a fork"
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        return "CUDA, which is in use, does not work in a fork"
    return None
