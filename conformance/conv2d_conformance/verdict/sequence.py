"""Which of the calls before a failing one are needed to make it fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from conv2d_conformance.cases.case import Case

LONGEST_SEQUENCE = 1000
MOST_ATTEMPTS = 24
"""Every attempt needs a fresh process, and so perhaps seconds."""


def shortest(before: Sequence[Case], fails_after: Callable[[Sequence[Case]], bool]) -> list[Case] | None:
    """The calls among `before` that are needed, as far as a few attempts find out; None where all do not suffice.

    First the last few of them, since what is remembered was mostly a moment ago; then those without a part.
    """
    everything = list(before)
    counts = [0, *(2**i for i in range(len(everything).bit_length()) if 2**i < len(everything)), len(everything)]
    attempts = 0
    for count in counts:
        needed = everything[len(everything) - count :]
        attempts += 1
        if fails_after(needed):
            break
    else:
        return None
    size = len(needed) // 2
    while size:
        start = 0
        while start < len(needed) and attempts < MOST_ATTEMPTS:
            fewer = needed[:start] + needed[start + size :]
            attempts += 1
            if fails_after(fewer):
                needed = fewer
            else:
                start += size
        size //= 2
    return needed
