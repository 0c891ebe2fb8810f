"""What the checks cost, as it was measured once: so parts of a run take equally long, and are the same everywhere."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from functools import cache

from conv2d_conformance.checks.order import measured
from conv2d_conformance.shard import Shard

FINGERPRINT = "fingerprint"
"""The name of what follows the checks of a whole run: it belongs to a part, too."""

IN_A_RUN = 2
"""How many times longer a check of effort quick takes in a run than alone, as was measured.

Its calls are small, and go to another process. The fingerprint takes about as long as alone, and so do the larger
checks of effort standard.
"""


@cache
def cost(name: str, effort: str) -> int:
    """What a check, or the fingerprint, takes in a run, in milliseconds; one where it is less, or not known.

    Effort thorough would take too long to measure. The cost at effort standard stands for it.
    """
    said = _seconds().get(name, {})
    alone = round(1000 * said.get("seconds" if effort == "quick" else "standard_seconds", 0))
    return max(1, IN_A_RUN * alone if effort == "quick" and name != FINGERPRINT else alone)


@cache
def _seconds() -> dict[str, dict[str, float]]:
    found = measured()
    return {**found["checks"], FINGERPRINT: found[FINGERPRINT]}


def parts(names: Sequence[str], count: int, effort: str) -> list[list[str]]:
    """`count` parts of about equal cost. Within each the names keep their order.

    The dearest name goes to the cheapest part so far, and so on: the dearest part costs at most 4/3 of what it must
    (Graham 1969). Costs are integers and ties go by the order, so that every machine finds the same parts.
    """
    loads = [(0, part) for part in range(count)]
    chosen: dict[str, int] = {}
    for name in sorted(names, key=lambda name: -cost(name, effort)):
        load, part = heapq.heappop(loads)
        chosen[name] = part
        heapq.heappush(loads, (load + cost(name, effort), part))
    return [[name for name in names if chosen[name] == part] for part in range(count)]


def part_of(names: Sequence[str], shard: Shard, effort: str) -> frozenset[str]:
    """The names that belong to a shard."""
    return frozenset(parts(names, shard.of, effort)[shard.number - 1])
