"""A file that one program alone writes at a time. The system ends the claim with the program, however that dies."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from pathlib import Path

UNKNOWN = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}
"""What a file system says that has no locks."""


class Taken(Exception):
    """Another program is writing this file."""


def claim(path: Path) -> int:
    """A descriptor of the file, which holds what it held before. Taken, or OSError."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise FileExistsError(errno.EEXIST, "it is in the way, and no regular file")
            _lock(descriptor)
            if is_still(path, descriptor):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # whoever had it removed it in this moment


def is_still(path: Path, descriptor: int) -> bool:
    """Whether the name still leads to the file that was claimed."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Taken from None
    except OSError as error:
        if error.errno not in UNKNOWN:
            raise
