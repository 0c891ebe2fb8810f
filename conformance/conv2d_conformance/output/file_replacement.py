"""Write a file so that at every moment it holds the whole old text or the whole new one."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def replace(path: Path, data: bytes) -> None:
    """Replace a file by a new one with the same mode and owner."""
    with _own_file_beside(path) as (own, descriptor):
        with suppress(FileNotFoundError):
            before = path.stat()
            os.fchmod(descriptor, stat.S_IMODE(before.st_mode))
            with suppress(PermissionError):  # giving files away needs privileges
                os.fchown(descriptor, before.st_uid, before.st_gid)
        write_all(descriptor, data)
        _settle(descriptor)
        os.replace(own, path)


def overwrite(path: Path, data: bytes) -> None:
    """Write into the file itself, since it has other names. Space is reserved before the old text is touched."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # another run may write it under another name
        size = os.fstat(descriptor).st_size
        try:
            os.posix_fallocate(descriptor, 0, max(1, len(data)))
        except OSError as error:
            os.ftruncate(descriptor, size)
            if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):  # the file system cannot reserve space
                raise
        write_all(descriptor, data)
        os.ftruncate(descriptor, len(data))
        _settle(descriptor)
    finally:
        os.close(descriptor)


def probe(path: Path) -> None:
    """Raise the OSError that writing a file here would raise: no folder, no permission, no space."""
    with suppress(FileNotFoundError):  # raises here if the name is too long
        path.stat()
    with _own_file_beside(path) as (_, descriptor):
        write_all(descriptor, bytes(4096))


def write_all(descriptor: int, data: bytes) -> None:
    """Write all data, in as many pieces as needed."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


@contextmanager
def _own_file_beside(path: Path) -> Iterator[tuple[Path, int]]:
    """A new file in the same folder under a unique name, removed afterwards unless it was renamed."""
    own = path.with_name(f".conv2d-{secrets.token_hex(8)}.new")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        yield own, descriptor
    finally:
        os.close(descriptor)
        with suppress(FileNotFoundError):
            own.unlink()


def _settle(descriptor: int) -> None:
    """Wait until the device has the data: some report only then that they are full."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
