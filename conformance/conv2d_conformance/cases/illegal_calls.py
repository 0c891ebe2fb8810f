"""Illegal calls with one defect each, so that the order of an implementation's checks does not matter.

Each consists of a legal call and a defect, so that the legal call can be asked as well: a refusal means something only
if the implementation accepts the same call without the defect. Each kind of defect is asked in calls of its own, where
a pair is illegal in both places, in the first and in the last. Then it is asked in the neighbourhoods that a fast path
may have. Tuples of length 1, bools for ints, and channels or sizes of zero are never judged, so they are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.illegal_kinds import KINDS, Illegal
from conv2d_conformance.cases.neighbourhoods import BLOCKS, legal_calls

ILLEGAL: tuple[tuple[str, Case], ...] = tuple(
    (name, case) for name, kind in KINDS.items() for illegal in kind.calls if (case := illegal.case) is not None
)
"""(kind, case) for each kind's own calls, all of which must, or should, be rejected."""


def illegal_calls(name: str, share: int = 1) -> Iterator[Illegal]:
    """The illegal calls of a kind, then each of its defects in neighbourhoods: in one of `share` blocks, at least one.

    With all blocks a defect meets every pair of levels that it leaves to two factors, and with one block every level.
    The defects begin with different blocks, so that together they meet every pair anyway.
    ValueError for an unknown kind.
    """
    if name not in KINDS:
        raise ValueError(f"kind {name!r} is not known; known are {', '.join(KINDS)}")
    kind = KINDS[name]
    yield from kind.calls
    for number, defect in enumerate(kind.anywhere, list(KINDS).index(name)):
        for block in range(max(1, len(BLOCKS) // share)):
            for legal in legal_calls((number + block) % len(BLOCKS), kind.only):
                yield Illegal(legal, defect)
