"""Hand over files of arrays to another process, each just before the message that names it.

Only the suite's own Python worker has such a channel. Other workers get all arrays on their standard input.
"""

from __future__ import annotations

import contextlib
import math
import socket
from collections.abc import Mapping
from typing import Any

from conv2d_conformance.contract.array_file import ArrayFile, UnsealedFile
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.implementation.framing import ProtocolError, described

FILE = "file"
"""The key of a message that lists the arrays of a file, as "arrays" lists those that follow it."""


class FileChannel:
    """One end of a channel. Nothing on it waits: what a message names has been sent before."""

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        self._socket = end

    @classmethod
    def at(cls, descriptor: int) -> FileChannel:
        """The end that this process has inherited as a descriptor, which its own children do not inherit."""
        end = socket.socket(fileno=descriptor)
        end.set_inheritable(False)
        return cls(end)

    def send(self, file: ArrayFile) -> None:
        """Send a file. If nobody is left to take it, the message after it will tell."""
        with contextlib.suppress(OSError):
            socket.send_fds(self._socket, [b"\0"], [file.descriptor])

    def receive(self, header: Mapping[str, Any], limit: int, *, written: bool = False) -> ArrayFile:
        """The file of a message, with its arrays by their names; `written` as in `ArrayFile.sent`."""
        outlines = dict(described(header[FILE]))
        if sum(math.prod(shape) * dtype.itemsize for shape, dtype in filter(None, outlines.values())) > limit:
            raise ProtocolError(f"the arrays of the message are larger than {limit} bytes")
        try:
            _, descriptors, *_ = socket.recv_fds(self._socket, 1, 1)
        except OSError:
            descriptors = []
        if not descriptors:
            raise ProtocolError("no file came with the message that names one")
        try:
            return ArrayFile.sent(descriptors[0], outlines, written=written)
        except UnsealedFile as error:
            raise ProtocolError(f"the file of the message cannot be used: {error}") from None

    def arrays(self, header: Mapping[str, Any], limit: int) -> list[Array | None]:
        """The arrays of the file of an answer, in the order in which they are listed."""
        try:
            return list(self.receive(header, limit, written=True).to_read().values())
        except ValueError as error:  # a shape of no elements can be too large for NumPy
            raise ProtocolError(f"the arrays of the message cannot be made: {error}") from None

    def close(self) -> None:
        self._socket.close()
