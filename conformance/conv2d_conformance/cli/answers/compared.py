"""The answer of `compare`."""

from __future__ import annotations

from dataclasses import dataclass

from conv2d_conformance.cli.answers.asked import AskedImplementation
from conv2d_conformance.comparing.comparison import ComparedCase
from conv2d_conformance.comparing.conclusion import ComparedInShort
from conv2d_conformance.comparing.orders import ComparedOrder


@dataclass(frozen=True)
class Compared:
    """Two implementations on the same cases, in `sentences` for people and in short, case by case and in their orders.

    `same_bits`: some cases were compared, and no bit differs.
    """

    one: AskedImplementation
    other: AskedImplementation
    same_bits: bool
    sentences: tuple[str, ...]
    in_short: ComparedInShort
    cases: tuple[ComparedCase, ...]
    orders: tuple[ComparedOrder, ...]
    incidents: tuple[str, ...]
