"""The arrays of one call on the device of a form, and the call itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conv2d_conformance.contract.answers import Observation
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.delivered import DeviceLost
from conv2d_conformance.forms.frameworks import FrameworkArrays
from conv2d_conformance.forms.guarded import Guarded

OUT_OF_MEMORY = "OutOfMemoryError"
"""As PyTorch and CuPy call it, which derive it from other errors than Python's own."""


class DeviceArrays:
    """Copies lie within guard bands on the device, where they can be written to."""

    def __init__(self, arrays: FrameworkArrays, given: Mapping[str, Array | None]) -> None:
        self._guarded: list[Guarded] = []
        self.values: dict[str, Any] = {}
        for name, array in given.items():
            if array is None:
                self.values[name] = None
            elif arrays.copies and arrays.writable:
                self._guarded.append(Guarded(arrays, name, array.shape, array.dtype, array))
                self.values[name] = self._guarded[-1].value
            else:
                self.values[name] = arrays.hand(array)

    def changes(self) -> list[Observation]:
        """What the call did to its copies. What it did to the memory of the process, the process sees."""
        return [observation for guarded in self._guarded for observation in guarded.change()]


def called(arrays: FrameworkArrays, function: Callable[..., Any], *positional: Any, **named: Any) -> Any:
    """What a function returns, once it is computed. A fault that shows only then belongs to this call, too.

    MemoryError where the device has too little memory, DeviceLost where nothing can be computed on it any more.
    """
    try:
        value = function(*positional, **named)
        arrays.wait(value)
    except Exception as error:
        try:
            arrays.wait()
        except Exception:
            raise DeviceLost(f"{type(error).__name__}: {error}") from error
        if type(error).__name__ == OUT_OF_MEMORY:
            raise MemoryError(str(error)) from error
        raise
    return value
