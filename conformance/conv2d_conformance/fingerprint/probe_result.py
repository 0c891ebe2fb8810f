"""How a probe finds something out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conv2d_conformance.fingerprint.prober import Prober


@dataclass(frozen=True)
class ProbeResult:
    """`words` for people; `value`, of JSON's types, for programs: None where nothing was seen; the words say why."""

    words: str
    value: Any


ProbeResults = Mapping[str, ProbeResult]
Probe = Callable[[Prober, ProbeResults], ProbeResult]
"""A question to an implementation at one shape and dtype, with what the probes before it have found out.

It raises NotSeen where it cannot see.
"""


def value(seen: ProbeResults, name: str) -> Any:
    """What an earlier probe saw; None where it saw nothing, or was not made."""
    return seen[name].value if name in seen else None
