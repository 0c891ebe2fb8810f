"""One case for each claim, and the same case without the claim."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.capabilities import DERIVED
from conv2d_conformance.contract.signatures import SIGNATURES

BARE = "n1c2h5w6 m2k2x3"
SINGLE = "n1c1h5w6 m1k2x3"

CASES = {
    "multi-channel": BARE,
    "bias": f"{BARE} bias",
    "stride": f"{BARE} s2x1",
    "dilation": f"{BARE} d1x2",
    "groups": f"{BARE} g2",
    "padding.explicit": f"{BARE} p1x2",
    "padding.valid": f"{BARE} valid",
    "padding.same": f"{BARE} same",
    "arguments.scalar": f"{BARE} s2",
    "arguments.defaults": f"{BARE} omit=stride,padding,dilation,groups",
    "unbatched": BARE.removeprefix("n1"),
    "empty-batch": BARE.replace("n1", "n0"),
    "non-finite": f"{BARE} integers:0 x[0,0,0,0]=nan",
    "validation": f"{BARE} stride=0",
}
"""The case of each feature. Dtypes, modes, views and operations are not listed: each is a word of a case line."""

NOT_OF_ONE_CALL = DERIVED | {
    *("deterministic", "batch-invariant", "position-invariant", "layout-invariant"),
    "thread-invariant",
    *("seeded", "thread-safe", "torch-seed-stream"),
}
"""Claims that follow from others, or that one call cannot show."""


class Claim(NamedTuple):
    """A claim, a case that needs it, and the same case without it. Where both fail, the claim is not the cause."""

    name: str
    case: Case
    without: Case


def claim_cases(claimed: frozenset[str]) -> Iterator[Claim]:
    """The claimed features and operations that one call can show."""
    for name in sorted(claimed):
        kind, _, word = name.partition(".")
        line = CASES.get(name)
        if kind in ("dtype", "padding-mode"):
            line = f"{BARE} {word}" + (" p1x1" if kind == "padding-mode" else "")
        elif kind == "views" and word:
            line = f"{BARE} view={word}"
        elif name in SIGNATURES and (asked_by := SIGNATURES[name].word):
            line = f"{BARE} {asked_by}"
        if line is not None:
            yield Claim(name, parse(line), parse(SINGLE if name == "multi-channel" else BARE))
