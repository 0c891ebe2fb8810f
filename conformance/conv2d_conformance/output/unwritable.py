"""Why a file cannot be written, and what to do about it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

USAGE = 2
ENVIRONMENT = 3
"""Exit statuses: another name helps; or the machine has run out of something."""

LONGEST_NAME = 255

WORDS = {
    errno.EISDIR: ("it is a folder", "name a file in it"),
    errno.EACCES: ("that is not permitted", "change the permissions"),
    errno.EPERM: ("that is not permitted", "change the permissions"),
    errno.EROFS: ("its file system is read-only", ""),
    errno.ELOOP: ("its links lead in a circle", ""),
    errno.ENXIO: ("it is a socket, or a device that is not there", ""),
    errno.ENOSPC: ("no space is left on its device", "make some"),
    errno.EDQUOT: ("the quota of its device is used up", "make some space"),
    errno.EFBIG: ("no file may become so large here", "raise the limit (`ulimit -f`)"),
    errno.EPIPE: ("its reader has gone", ""),
    errno.EMFILE: ("this process has too many files open", "raise the limit (`ulimit -n`)"),
    errno.ENFILE: ("this machine has too many files open", "end other programs"),
    errno.EIO: ("its device failed", ""),
}
OF_THE_MACHINE = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EPIPE,
    errno.EMFILE,
    errno.ENFILE,
    errno.EIO,
}


class UnwritableOutput(Exception):
    """A file cannot be written at its destination."""

    def __init__(self, sentence: str, hint: str, *, status: int = USAGE) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint
        self.status = status


def unwritable(name: str, path: Path, error: OSError, *, option: str) -> UnwritableOutput:
    """The exception for an OSError: `name` is as given on the command line, `path` is where it leads."""
    reason, remedy = reason_of(path, error)
    other = f"name another file with {option} FILE"
    return UnwritableOutput(
        f"{name} cannot be written: {reason}",
        f"{remedy}, or {other}" if remedy else other,
        status=ENVIRONMENT if error.errno in OF_THE_MACHINE else USAGE,
    )


def reason_of(path: Path, error: OSError) -> tuple[str, str]:
    """What is wrong, and what helps besides another name."""
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR:
            return _what_is_no_folder(path)
        case errno.ENAMETOOLONG:
            longest = max(len(os.fsencode(part)) for part in path.parts)
            if longest > LONGEST_NAME:
                return f"a name of {longest} bytes is too long, {LONGEST_NAME} are allowed", ""
            return f"a path of {len(os.fsencode(path))} bytes is too long", ""
        case int() as number if number in WORDS:
            return WORDS[number]
    return (error.strerror or str(error)).lower(), ""


def _what_is_no_folder(path: Path) -> tuple[str, str]:
    try:
        Path.cwd()
    except FileNotFoundError:
        if not path.is_absolute():
            return "the current folder is gone", "change to another one"
    for folder in reversed(path.parents):
        if not folder.exists():
            return f"there is no folder {folder}", "make it"
        if not folder.is_dir():
            return f"{folder} is a file and no folder", ""
    return f"no file can be made in {path.parent}", ""
