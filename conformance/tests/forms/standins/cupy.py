"""As much of CuPy as its arrays need here, on NumPy: copies, views of one memory, and errors that come late."""

from __future__ import annotations

from typing import Any

import numpy as np

__version__ = "stand-in"

pending: list[Exception] = []
"""What went wrong on the device and was not told yet."""

lost: list[Exception] = []
"""What every later synchronisation tells again."""


class ndarray:  # as it is called there
    def __init__(self, held: Any) -> None:
        self.held = held

    shape = property(lambda self: self.held.shape)

    def __getitem__(self, index: Any) -> Any:
        return ndarray(self.held[index])

    def __setitem__(self, index: Any, value: Any) -> Any:
        self.held[index] = value

    def reshape(self, shape: Any) -> Any:
        return ndarray(self.held.reshape(shape))


def array(values: Any, order: Any = "K") -> Any:
    return ndarray(np.array(values, order=order))


def zeros(shape: Any) -> Any:
    return ndarray(np.zeros(shape))


def asnumpy(value: Any) -> Any:
    return value.held.copy()


class cuda:
    class Device:
        def __init__(self, number: Any) -> None:
            self.number = number

        def use(self) -> Any:
            if self.number > 1:
                raise RuntimeError("cudaErrorInvalidDevice: invalid device ordinal\nand more")

        def synchronize(self) -> Any:
            if pending or lost:
                raise (pending.pop() if pending else lost[0])
