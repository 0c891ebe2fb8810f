"""Where a text goes: standard output, a special file, or a file that is replaced as a whole."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from conv2d_conformance.output.file_replacement import probe
from conv2d_conformance.output.unwritable import UnwritableOutput, unwritable

STANDARD_OUTPUT = "-"


class WriteMode(Enum):
    """How a text is written to its destination."""

    STANDARD_OUTPUT = auto()
    DESCRIPTOR = auto()
    """Into a pipe, a terminal or /dev/null: something that exists and does not keep the text."""
    IN_PLACE = auto()
    """Into an existing file that has other names too, or whose folder allows no new file."""
    REPLACED = auto()
    """Into a new file, which is then renamed over the old one."""


@dataclass(frozen=True, kw_only=True)
class Destination:
    """The place that a name on the command line leads to. It was writable when it was found.

    `path` is absolute with links resolved, since the code under test may change the current folder.
    """

    name: str
    path: Path
    form: WriteMode
    option: str = "--output"
    descriptor: int = -1

    @property
    def is_standard_output(self) -> bool:
        """Whether the text goes to standard output, where nothing else should be printed."""
        return self.form is WriteMode.STANDARD_OUTPUT

    @property
    def told(self) -> str:
        """Its name in a sentence."""
        return "standard output" if self.is_standard_output else self.name

    @property
    def is_file(self) -> bool:
        """Whether it keeps its text, so that there may be something to lose."""
        return self.form in (WriteMode.IN_PLACE, WriteMode.REPLACED)


def find(name: str, *, option: str = "--output") -> Destination:
    """The destination of a name. UnwritableOutput where nothing can be written there."""
    if name == STANDARD_OUTPUT:
        return Destination(name=name, path=Path(name), form=WriteMode.STANDARD_OUTPUT, option=option)
    if not name or "\0" in name:
        what = "a name with a NUL in it" if name else "an empty name"
        raise UnwritableOutput(f"{what} names no file", f"name one with {option} FILE, or - for standard output")
    try:
        return _found(name, Path(name).absolute(), option)
    except OSError as error:
        raise unwritable(name, Path(name), error, option=option) from None


def _found(name: str, path: Path, option: str) -> Destination:
    try:
        here = path.stat()
    except FileNotFoundError:
        if name.endswith("/"):
            raise IsADirectoryError(errno.EISDIR, "is a folder") from None
        leads_to = _followed(path)
        probe(leads_to)
        return Destination(name=name, path=leads_to, form=WriteMode.REPLACED, option=option)
    if stat.S_ISDIR(here.st_mode):
        raise IsADirectoryError(errno.EISDIR, "is a folder")
    if stat.S_ISBLK(here.st_mode):
        raise UnwritableOutput(f"{name} is a disk and not a file", f"name another file with {option} FILE")
    if not stat.S_ISCHR(here.st_mode) and _is_open_as(1, here):
        return Destination(name=name, path=path, form=WriteMode.STANDARD_OUTPUT, option=option)
    if not stat.S_ISREG(here.st_mode) or _is_open_as(2, here):
        descriptor = os.dup(2) if _is_open_as(2, here) else _opened(name, path)
        return Destination(name=name, path=path, form=WriteMode.DESCRIPTOR, option=option, descriptor=descriptor)
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "not permitted")
    leads_to = _followed(path)
    if here.st_nlink == 1 and os.access(leads_to.parent, os.W_OK | os.X_OK):
        probe(leads_to)
        return Destination(name=name, path=leads_to, form=WriteMode.REPLACED, option=option)
    return Destination(name=name, path=leads_to if here.st_nlink else path, form=WriteMode.IN_PLACE, option=option)


def _followed(path: Path) -> Path:
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def _is_open_as(descriptor: int, here: os.stat_result) -> bool:
    """Whether a descriptor of this process leads to the same file, as with /dev/stdout or a file the shell opened."""
    with suppress(OSError):
        return os.path.samestat(os.fstat(descriptor), here)
    return False


def _opened(name: str, path: Path) -> int:
    """A descriptor of a special file. Opening a pipe waits for a reader, and says so."""
    how = os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC
    try:
        descriptor = os.open(path, how | os.O_NONBLOCK)
    except OSError as error:
        if error.errno != errno.ENXIO or not path.is_fifo():
            raise
        print(f"waiting for a reader of {name}", file=sys.stderr, flush=True)
        return os.open(path, how)
    fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) & ~os.O_NONBLOCK)
    return descriptor
