"""A folder on a full disk."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from conv2d_conformance.output import file_replacement


@pytest.fixture
def fill(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """From now on, one byte can be written into a file of a folder, old or new."""

    def start(folder: Path) -> None:
        write, allocate = os.write, os.posix_fallocate

        def require_space(descriptor: int) -> None:
            if Path(os.readlink(f"/proc/self/fd/{descriptor}")).parent == folder:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        class Full:
            def __getattr__(self, name: str) -> object:
                return getattr(os, name)

            def write(self, descriptor: int, data: bytes) -> int:
                if os.lseek(descriptor, 0, os.SEEK_CUR):  # one byte has room
                    require_space(descriptor)
                return write(descriptor, data[:1])

            def posix_fallocate(self, descriptor: int, offset: int, size: int) -> None:
                allocate(descriptor, offset, size)
                require_space(descriptor)

        monkeypatch.setattr(file_replacement, "os", Full())

    return start
