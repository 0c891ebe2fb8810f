"""How a probe finds something out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conv2d_conformance.fingerprint.bench import Bench
from conv2d_conformance.fingerprint.fingerprint import Finding

Findings = Mapping[str, Finding]
Probe = Callable[[Bench, Findings], Finding]
"""A question to an implementation at one shape and dtype, with what the probes before it have found out.

It raises NotSeen where it cannot see.
"""


def value(seen: Findings, name: str) -> Any:
    """What an earlier probe saw; None where it saw nothing, or was not made."""
    return seen[name].value if name in seen else None
