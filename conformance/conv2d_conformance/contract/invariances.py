"""What an answer may be promised not to depend on, not by a bit."""

from __future__ import annotations

from typing import Literal, get_args

Invariance = Literal["batch", "position", "layout", "thread"]
"""What a call may differ in from another while some elements of both answers have the same bits."""

THREADS = "threads"
"""The option of an adapter by which a call is made with another number of threads."""

INVARIANCES: tuple[Invariance, ...] = get_args(Invariance)
