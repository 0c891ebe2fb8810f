"""Arrays of NumPy, which are those of the contract."""

from __future__ import annotations

from typing import Any

import numpy as np

from conv2d_conformance.adapter import DTYPES
from conv2d_conformance.forms.frameworks import kind_of

UNFIT: dict[str, str] = {}


class Arrays:
    """They are handed over as they are."""

    framework, version, array_type, device = "numpy", np.__version__, "numpy.ndarray", "cpu"
    copies, writable = False, True
    dtypes = frozenset(DTYPES)

    def hand(self, array: Any) -> Any:
        return array

    def fault(self, value: Any) -> str:
        return "" if type(value) is np.ndarray else f"{kind_of(value)}, not a numpy.ndarray"

    def wait(self, value: Any = None) -> None:
        """Nothing is computed later than the call."""

    def take(self, value: Any) -> Any:
        return value


def open_on(device: str | None = None) -> Arrays:
    """The arrays of the only device that there is."""
    if device not in (None, "cpu"):
        raise ValueError("NumPy computes on the cpu alone")
    return Arrays()
