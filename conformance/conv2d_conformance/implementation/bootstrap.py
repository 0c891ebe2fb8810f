"""The first lines of every worker, run by path before any other import has had a chance to print.

`bootstrap.py NOTE python TARGET [FILES]` serves a Python target, to which large arrays come on the descriptor FILES;
`bootstrap.py NOTE template TARGET CONNECTION` does so in the forks for which the descriptor CONNECTION asks;
`bootstrap.py NOTE command PROGRAM ARG ...` becomes that program. NOTE is the descriptor to which the keeper of the
process writes how it ended.
"""

import os
import sys


def _split_from_keeper(note: int) -> None:
    """Go on in a fresh process, whose parent ends everything that it leaves behind."""
    import importlib

    # By path: importing the package would take the keeper longer than all its work.
    sys.path.insert(0, os.path.dirname(__file__))
    keeper = importlib.import_module("keeper")
    del sys.path[0], sys.modules["keeper"]
    keeper.keep(note)


def _leave_no_core() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _die_first() -> None:
    """If the machine still runs out of memory, let the system end this process, not the harness."""
    import contextlib

    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def _secure_descriptors() -> tuple[int, int]:
    """Private duplicates of standard input and output; from now on, prints go to standard error."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, answers


def _prepare() -> None:
    import faulthandler
    from pathlib import Path

    faulthandler.enable()
    sys.path.append(str(Path(__file__).parents[2]))  # last, for a package that is not installed


def _serve(target: str, requests: int, answers: int, files: int | None) -> None:
    _prepare()
    from conv2d_conformance.implementation.worker import serve

    serve(target, requests, answers, files)


def _confined() -> tuple[int, int]:
    """What the process of an implementation does first; the descriptors of requests and answers."""
    descriptors = _secure_descriptors()
    _leave_no_core()
    _die_first()
    return descriptors


def _serve_forks(target: str, connection: int) -> None:
    for descriptor in _secure_descriptors():
        os.close(descriptor)  # those of a template lead nowhere
    _leave_no_core()
    _prepare()
    from conv2d_conformance.implementation.template_worker import serve_forks

    serve_forks(target, connection, _confined)


def serve_forked(target: str, files: int | None) -> None:
    """The same in a fork of the process that handed the target over."""
    import signal

    signal.signal(signal.SIGINT, signal.default_int_handler)
    _serve(target, *_confined(), files)


def _become(command: list[str]) -> None:
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.exit(f"{command[0]} cannot be run: {error.strerror}")


if __name__ == "__main__":
    _split_from_keeper(int(sys.argv[1]))
    if sys.argv[2] == "python":
        _serve(sys.argv[3], *_confined(), int(sys.argv[4]) if len(sys.argv) > 4 else None)
    elif sys.argv[2] == "template":
        _serve_forks(sys.argv[3], int(sys.argv[4]))
    else:
        _leave_no_core()
        _die_first()
        _become(sys.argv[3:])
