"""The first lines of every worker, run by path, before any other import has had a chance to print.

`bootstrap.py python TARGET` serves a target of Python; `bootstrap.py command PROGRAM ARG ...` becomes that program.
"""

import os
import sys


def _die_with_parent() -> None:
    """End this process when the harness is gone, however that came about. Survives an exec."""
    if sys.platform == "linux":
        import ctypes

        pr_set_pdeathsig, sigkill = 1, 9
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, sigkill)


def _leave_no_core() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _die_first() -> None:
    """Where the memory of the machine runs out all the same, let the system end this process, and not the harness."""
    import contextlib

    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def _secure_descriptors() -> tuple[int, int]:
    """Private duplicates of standard input and output; whoever prints now prints to standard error."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, answers


def _serve(target: str, requests: int, answers: int) -> None:
    import faulthandler
    from pathlib import Path

    faulthandler.enable()
    sys.path.append(str(Path(__file__).parents[2]))  # last: only where the package is not installed
    from conv2d_conformance.implementation.worker import serve

    serve(target, requests, answers)


def _become(command: list[str]) -> None:
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.exit(f"{command[0]} cannot be run: {error.strerror}")


if __name__ == "__main__":
    if sys.argv[1] == "python":
        descriptors = _secure_descriptors()
        _die_with_parent()
        _leave_no_core()
        _die_first()
        _serve(sys.argv[2], *descriptors)
    else:
        _die_with_parent()
        _leave_no_core()
        _die_first()
        _become(sys.argv[2:])
