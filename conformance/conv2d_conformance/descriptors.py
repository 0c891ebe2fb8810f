"""Keep descriptors 0 to 2 for standard input, output and error, even if the process was started without them.

Otherwise the next pipe or file that is opened gets such a number, and code that redirects or closes a standard stream,
as pytest does, takes it away from its owner.
"""

from __future__ import annotations

import os
import sys

STREAMS = {"stdin": "r", "stdout": "w", "stderr": "w"}


def occupy_standard_descriptors() -> None:
    """Open closed standard descriptors to nowhere, and give Python the streams that it lacks.

    Call it before anything else is opened. Later calls change nothing.
    """
    for descriptor, (name, mode) in enumerate(STREAMS.items()):
        try:
            os.fstat(descriptor)
        except OSError:
            # The lowest free number, which is this one.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
        if getattr(sys, name) is None:
            stream = open(descriptor, mode, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115  # it stays open
            setattr(sys, name, stream)
