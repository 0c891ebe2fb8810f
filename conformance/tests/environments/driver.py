"""Runs commands of the program in environments, each in a fork of this process, which has everything imported.

`driver.py FOLDER` writes one line of JSON for each: [environment, command, exit status, standard output, error].
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import select
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from conditions import CONDITIONS, Condition, Unavailable

from conv2d_conformance.cli import main, program

PATIENCE = 60
UNAVAILABLE, UNFORESEEN = 200, 201
COMMANDS = {
    "run": ["run", "{target}", "--effort", "quick", "--only", "bias.absent", "--output", "out.json"],
    "smoke": ["smoke", "{target}"],
    "verify": ["verify", "given.json"],
    "summary": ["summary", "given.json"],
}


def in_folder(folder: Path, arguments: Sequence[str], make: Condition) -> list[object]:
    """What comes of a command in a folder and an environment."""
    streams = [os.pipe() for _ in range(2)]
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os._exit(_be(folder, arguments, make, [sink for _, sink in streams]))
        os._exit(UNFORESEEN)
    for _, sink in streams:
        os.close(sink)
    end = os.pidfd_open(child)
    ended = bool(select.select([end], [], [], PATIENCE)[0])
    os.close(end)
    if not ended:
        os.kill(child, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return [status, *map(_read, (source for source, _ in streams))]


def _read(source: int) -> str:
    """What a pipe holds; others may still have its other end."""
    os.set_blocking(source, False)
    try:
        return os.read(source, 1 << 16).decode("utf-8", "replace")
    except BlockingIOError:
        return ""
    finally:
        os.close(source)


def _be(folder: Path, arguments: Sequence[str], make: Condition, sinks: Sequence[int]) -> int:
    os.chdir(folder)
    for descriptor, sink in enumerate(sinks, 1):
        os.dup2(sink, descriptor)
        os.close(sink)
    try:
        make()
    except Unavailable as reason:
        os.write(2, str(reason).encode())
        return UNAVAILABLE
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        if getattr(sys, name) is not None:
            setattr(sys, name, io.TextIOWrapper(io.FileIO(descriptor, "w", closefd=False), write_through=True))
    sys.argv = ["conv2d-conformance", *arguments]
    status: object = 0
    try:
        main()
    except SystemExit as end:
        status = end.code
    with contextlib.suppress(Exception):
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    return status if isinstance(status, int) else 1


def drive(folder: Path, target: str) -> None:
    """Everything once here, so that the forks find it imported and made; then in every environment."""
    template = folder / "template"
    template.mkdir()
    os.chdir(template)
    filled = {name: [word.format(target=target) for word in words] for name, words in COMMANDS.items()}
    output = sys.stdout
    with contextlib.redirect_stdout(io.TextIOWrapper(io.FileIO(os.open(os.devnull, os.O_WRONLY), "w"))):
        for words in filled.values():
            program(words, standalone_mode=False)
            with contextlib.suppress(FileNotFoundError):
                os.rename("out.json", "given.json")
    gc.collect()
    gc.freeze()
    for number, (name, make) in enumerate({"as usual": lambda: None, **CONDITIONS}.items()):
        for command, words in filled.items():
            place = folder / f"{number}-{command}"
            shutil.copytree(template, place)
            print(json.dumps([name, command, *in_folder(place, words, make)]), file=output, flush=True)


if __name__ == "__main__":
    drive(Path(sys.argv[1]), sys.argv[2])
