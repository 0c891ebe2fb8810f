"""Lock a file so that only one program writes it at a time. The lock ends with the program, however it dies."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from pathlib import Path

UNKNOWN = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}
"""The errors of a file system without locks."""


class Taken(Exception):
    """Another program is writing this file."""


def claim(path: Path) -> int:
    """Lock a file and return its descriptor; its contents stay. Raises Taken or OSError."""
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
        os.close(descriptor)  # its owner removed it at this moment


def is_still(path: Path, descriptor: int) -> bool:
    """Whether the name still leads to the locked file."""
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
