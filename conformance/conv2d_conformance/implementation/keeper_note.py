"""The note that the keeper of a worker writes when the worker has ended."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass

ENDED_BY_KEEPER = "None"


@dataclass(frozen=True)
class Note:
    """How the worker ended, as an exit status or a negative signal, and the processes that outlived it.

    If the keeper was killed, `status` is that of the keeper, and nobody knows what else is left.
    """

    status: int
    left: int = 0
    names: tuple[str, ...] = ()
    is_complete: bool = True

    @classmethod
    def of(cls, words: bytes) -> Note:
        """The note in the bytes that the keeper wrote."""
        status, left, *names = words.decode().split("\n")
        ended = -signal.SIGTERM if status == ENDED_BY_KEEPER else os.waitstatus_to_exitcode(int(status))
        return cls(ended, int(left), tuple(names))

    @classmethod
    def of_silent(cls, status: int) -> Note:
        """The note of a keeper that ended with this status and wrote nothing.

        SIGTERM ends it only before it has a worker, so that nothing is left: it is blocked before the worker is forked.
        """
        return cls(status, is_complete=status == -signal.SIGTERM)

    @property
    def incident(self) -> str | None:
        """A sentence about the processes that were left behind; None if there were none."""
        if not self.is_complete:
            return "the keeper of the worker was killed: it could not end what the worker left behind"
        if not self.left:
            return None
        processes = "a process" if self.left == 1 else f"{self.left} processes"
        which = f" ({', '.join(self.names)})"
        return f"the worker left {processes} behind{which}, which the harness ended"
