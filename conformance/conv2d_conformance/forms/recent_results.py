"""The last results on a device: whether a later call changes them."""

from __future__ import annotations

from collections import deque
from typing import Any

from conv2d_conformance.contract.answers import Observation
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.memory import KEPT_BYTES, KEPT_RESULTS
from conv2d_conformance.forms.frameworks import FrameworkArrays


class Kept:
    """Recent results of which the process has only copies, so that it cannot watch them itself."""

    def __init__(self, arrays: FrameworkArrays) -> None:
        self._arrays = arrays
        self._kept: deque[tuple[Any, bytes]] = deque(maxlen=KEPT_RESULTS)

    def observe(self, value: Any, taken: Array) -> list[Observation]:
        """Compare earlier results with what they were, then keep this one."""
        if not self._arrays.copies:
            return []
        changed = any(self._arrays.take(earlier).tobytes() != before for earlier, before in self._kept)
        if changed:
            self._kept.clear()
        if taken.nbytes <= KEPT_BYTES:
            self._kept.append((value, taken.tobytes()))
        return [Observation("output-changed", "the call changed the result of an earlier call")] if changed else []
