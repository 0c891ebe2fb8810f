"""Arrays of CuPy, on a device `cuda:NUMBER`."""

from __future__ import annotations

from typing import Any

import cupy

from conv2d_conformance.forms.frameworks import kind_of

UNFIT: dict[str, str] = {}


class Arrays:
    """All are copies, on the device that is the current one from now on."""

    framework, version, array_type = "cupy", cupy.__version__, "cupy.ndarray"
    copies, writable = True, True
    dtypes = frozenset({"float32", "float64", "float16"})

    def __init__(self, number: int) -> None:
        self.device = f"cuda:{number}"
        self._device = cupy.cuda.Device(number)
        self._device.use()
        cupy.zeros(1)

    def hand(self, array: Any) -> Any:
        return cupy.array(array, order="K")

    def fault(self, value: Any) -> str:
        return "" if type(value) is cupy.ndarray else f"{kind_of(value)}, not a cupy.ndarray"

    def wait(self, value: Any = None) -> None:  # noqa: ARG002  # all that was begun on the device, not this alone
        self._device.synchronize()

    def take(self, value: Any) -> Any:
        return cupy.asnumpy(value)


def open_on(device: str | None = None) -> Arrays:
    """The arrays of a device, by default the first. Raises where there is no such device."""
    kind, _, number = (device or "cuda").partition(":")
    if kind != "cuda":
        raise ValueError("CuPy computes on cuda alone")
    return Arrays(int(number or 0))
