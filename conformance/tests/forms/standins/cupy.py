"""As much of CuPy as its arrays need here, on NumPy: copies, views of one memory, and errors that come late."""

from __future__ import annotations

import numpy as np

__version__ = "stand-in"

pending: list[Exception] = []
"""What went wrong on the device and was not told yet."""

lost: list[Exception] = []
"""What every later synchronisation tells again."""


class ndarray:  # as it is called there
    def __init__(self, held):
        self.held = held

    shape = property(lambda self: self.held.shape)

    def __getitem__(self, index):
        return ndarray(self.held[index])

    def __setitem__(self, index, value):
        self.held[index] = value

    def reshape(self, shape):
        return ndarray(self.held.reshape(shape))


def array(values, order="K"):
    return ndarray(np.array(values, order=order))


def zeros(shape):
    return ndarray(np.zeros(shape))


def asnumpy(value):
    return value.held.copy()


class cuda:
    class Device:
        def __init__(self, number):
            self.number = number

        def use(self):
            if self.number > 1:
                raise RuntimeError("cudaErrorInvalidDevice: invalid device ordinal\nand more")

        def synchronize(self):
            if pending or lost:
                raise (pending.pop() if pending else lost[0])
