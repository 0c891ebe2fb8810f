"""How a probe finds something out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conv2d_conformance.fingerprint.prober import Prober


@dataclass(frozen=True)
class ProbeResult:
    """`words` for people, and a JSON `value` for programs; it is None where nothing was seen, and the words say why."""

    words: str
    value: Any


NOT_SEEN = "not seen: "


def not_seen(why: object) -> ProbeResult:
    return ProbeResult(f"{NOT_SEEN}{why}", None)


def why_not_seen(result: ProbeResult) -> str:
    """The reason in what `not_seen` made. A report has it in the words alone."""
    return result.words.removeprefix(NOT_SEEN)


def part_seen(taps: int, of: int) -> str:
    """The end of the words about an order that was seen in a sample of the taps."""
    return f" (seen at {taps} of {of} taps)"


def winograd_name(found: Mapping[str, Any], words: str = "") -> str:
    """What a Winograd algorithm is called. Older reports have the size of its kernel in the words alone."""
    if found["tile"] is None:
        return "Winograd, in tiles too large to be told apart in this image"
    if "kernel" not in found:
        return words.partition(":")[0]
    tile, kernel = ("x".join(map(str, found[name])) for name in ("tile", "kernel"))
    return f"Winograd F({tile}, {kernel})"


ProbeResults = Mapping[str, ProbeResult]
Probe = Callable[[Prober, ProbeResults], ProbeResult]
"""A probe of an implementation at one shape and dtype, which may use the results of earlier probes.

It raises NotSeen where it cannot see.
"""


def value(seen: ProbeResults, name: str) -> Any:
    """The value of an earlier probe; None where it saw nothing, or was not made."""
    return seen[name].value if name in seen else None
