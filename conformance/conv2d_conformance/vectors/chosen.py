"""The cases that are exported, as `benchmarks/choose_vectors.py` chose them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from conv2d_conformance import spec

SIZES = ("mcu", "phone", "full")
"""From the smallest; each contains those before it."""

SEVERAL_CALLS = {
    "determinism": "compares the answers to several calls, or what a call leaves behind",
    "memory.results-independent": "looks at an answer again after later calls",
    "validation.outside-limits": "depends on the limits that an implementation declares",
}
"""Chapters and requirements that no call alone can show to be broken, and why."""


@dataclass(frozen=True, slots=True)
class ChosenCase:
    """A case line, the smallest size that has it, the check from which it comes, and the mutants that it was taken for.

    pairs: how many pairs of factors of the covering array it was the first to cover.
    """

    size: str
    check: str
    mutants: tuple[str, ...]
    pairs: int
    line: str


def is_shown_by_one_call(requirement: str) -> bool:
    """Whether a call alone can show that a requirement is broken."""
    return spec.is_smallest(spec.get(requirement).profile) and not SEVERAL_CALLS.keys() & {
        requirement,
        requirement.partition(".")[0],
    }


@cache
def all_chosen() -> tuple[ChosenCase, ...]:
    """The chosen cases, the smallest size first."""
    text = files("conv2d_conformance").joinpath("vectors", "chosen.txt").read_text(encoding="utf-8")
    return tuple(_parsed(line) for line in text.splitlines())


def chosen(size: str) -> tuple[ChosenCase, ...]:
    """The chosen cases of a size."""
    among = SIZES[: SIZES.index(size) + 1]
    return tuple(case for case in all_chosen() if case.size in among)


def text_of(cases: Iterable[ChosenCase]) -> str:
    """The inverse of `all_chosen`: a line each, columns separated by tabs."""
    rows = ((case.size, case.check, " ".join(case.mutants), str(case.pairs), case.line) for case in cases)
    return "".join("\t".join(row) + "\n" for row in rows)


def _parsed(text: str) -> ChosenCase:
    size, check, mutants, pairs, line = text.split("\t")
    return ChosenCase(size, check, tuple(mutants.split()), int(pairs), line)
