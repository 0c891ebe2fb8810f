"""What no field of a report says: it is read off the sentences in it, here and nowhere else.

It decides what is told together and in which order, and no verdict.
"""

from __future__ import annotations

from conv2d_conformance.contract.answers import TWICE
from conv2d_conformance.diagnosis.sentences import YOUR_OUTPUT
from conv2d_conformance.verdict.failure import Failure

ODD = ("nan", "inf", "-inf")


def said_once(failure: Failure) -> str:
    """What was got, however often the call was made in vain."""
    return failure.got.replace(TWICE, "")


def is_about_an_output(failure: Failure) -> bool:
    """Whether the diagnosis speaks of an output."""
    return failure.diagnosis is not None and failure.diagnosis.startswith(YOUR_OUTPUT)


def is_odd_where_a_number_is_required(failure: Failure) -> bool:
    """Whether there is NaN or an infinity, of a case that has one, in the place of a finite number."""
    is_special = any(f"={value}" in failure.case for value in ODD)
    return is_special and failure.got.startswith(ODD) and not any(map(failure.required.count, ODD))
