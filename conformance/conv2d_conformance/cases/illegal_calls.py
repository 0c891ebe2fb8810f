"""Every way of being illegal, one defect at a time: the order of an implementation's checks must not matter.

Each illegal call is made of a legal one and of a defect, so that the legal call can be asked as well: that an
implementation refuses a call says something only where it accepts the same call without the defect. Each kind is asked
in calls of its own, in which a pair is illegal in both, in the first and in the last place, and then in the
neighbourhoods that a fast path may have. Left out is what is never judged: tuples of length 1, bools for ints, and
channels or sizes of zero.
"""

from __future__ import annotations

from collections.abc import Iterator

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.illegal_kinds import KINDS, Illegal
from conv2d_conformance.cases.neighbourhoods import BLOCKS, legal_calls

ILLEGAL: tuple[tuple[str, Case], ...] = tuple(
    (name, case) for name, kind in KINDS.items() for illegal in kind.calls if (case := illegal.case) is not None
)
"""(kind, case) for every call of a kind's own that must, or should, be rejected."""


def illegal_calls(name: str, share: int = 1) -> Iterator[Illegal]:
    """The illegal calls of a kind, and each of its defects in neighbourhoods: in one block of so many, at least one.

    With all blocks a defect meets every pair of levels that it leaves to two factors of a neighbourhood, and with one
    block every level. The defects begin with different blocks, so that together they meet every pair anyway.
    ValueError for a kind that is not known.
    """
    if name not in KINDS:
        raise ValueError(f"kind {name!r} is not known; known are {', '.join(KINDS)}")
    kind = KINDS[name]
    yield from kind.calls
    for number, defect in enumerate(kind.anywhere, list(KINDS).index(name)):
        for block in range(max(1, len(BLOCKS) // share)):
            for legal in legal_calls((number + block) % len(BLOCKS), kind.only):
                yield Illegal(legal, defect)
