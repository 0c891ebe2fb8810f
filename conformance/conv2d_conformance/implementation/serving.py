"""Serve any Python target on standard input and output, so that a command can confine it.

    conv2d-conformance run "command:setpriv ... python -m conv2d_conformance.implementation.serving TARGET"

What the target prints goes to standard error.
"""

from __future__ import annotations

import os
import sys

from conv2d_conformance.implementation.target import TargetError, parse
from conv2d_conformance.implementation.worker import serve


def main() -> None:
    """Serve the target that the command line names."""
    if len(sys.argv) != 2:
        sys.exit("serving takes one TARGET, as in kernel.py:conv2d?arrays=torch")
    try:
        parse(sys.argv[1])
    except TargetError as error:
        sys.exit(str(error))
    requests, answers = os.dup(0), os.dup(1)
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    serve(sys.argv[1], requests, answers)


if __name__ == "__main__":
    main()
