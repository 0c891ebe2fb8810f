"""What the environment lacks, in a sentence, and what to do about it. It is no fault of the suite, and no verdict."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Lack:
    """Something that the environment of the program lacks."""

    sentence: str
    hint: str


SMALL_MEMORY = Lack("there is too little memory", "free some, or raise the limit (`ulimit -v unlimited`)")
FEW_PROCESSES = Lack("no more processes may be started", "end some, or raise the limit (`ulimit -u`)")
FEW_DESCRIPTORS = Lack("too few files may be open at a time", "raise the limit: `ulimit -n 256`")
NO_SPACE = "free some space there, or name another place (--output, TMPDIR)"
ANOTHER = "move it out of the way, or name another place"
NO_RIGHT = "name another place, or change its permissions"

HINTS = {
    errno.ENOSPC: NO_SPACE,
    errno.EDQUOT: NO_SPACE,
    errno.EFBIG: "raise the limit on the size of files: `ulimit -f unlimited`",
    errno.EROFS: NO_RIGHT,
    errno.EACCES: NO_RIGHT,
    errno.EPERM: NO_RIGHT,
    errno.EISDIR: ANOTHER,
    errno.ENOTDIR: ANOTHER,
    errno.ENAMETOOLONG: ANOTHER,
    errno.ELOOP: ANOTHER,
    errno.EIO: "see whether the device is sound",
    errno.ENOENT: "see whether it was removed meanwhile",
}


def lack_of(error: BaseException) -> Lack | None:
    """What the environment lacks according to an exception; None where the exception means something else.

    Of several exceptions, which Hypothesis raises where a check failed in two places, all have to say so.
    """
    if isinstance(error, BaseExceptionGroup):
        found = [lack_of(one) for one in error.exceptions]
        return found[0] if all(found) else None
    if isinstance(error, MemoryError):
        return SMALL_MEMORY
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return FEW_PROCESSES
    if isinstance(error, ImportError) and ("map segment" in str(error) or "allocate" in str(error)):
        return SMALL_MEMORY
    if not isinstance(error, OSError):
        return None
    match error.errno:
        case errno.ENOMEM:
            return SMALL_MEMORY
        case errno.EAGAIN:
            return FEW_PROCESSES
        case errno.EMFILE | errno.ENFILE:
            return FEW_DESCRIPTORS
    if "temporary directory" in str(error):
        return Lack("no folder for temporary files can be written to", "set TMPDIR to one that can")
    if error.filename is None and not _has_folder():
        return Lack("the current folder was removed", "go to another one")
    if error.errno not in HINTS:
        return None
    what = f"{error.filename}: " if error.filename is not None else ""
    return Lack(f"{what}{(error.strerror or str(error)).lower()}", HINTS[error.errno])


def _has_folder() -> bool:
    try:
        Path.cwd()
    except OSError:
        return False
    return True
