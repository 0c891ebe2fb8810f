"""What a comparison comes to, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.comparing.comparison import ComparedCase
from conv2d_conformance.diagnosis.sizes import sizes_of
from conv2d_conformance.diagnosis.trigger import ALWAYS, rules


@dataclass(frozen=True)
class ComparedInShort:
    """The comparison in short.

    parts_where: the simplest rule that holds for all compared cases whose bits part and for no other; None where none
    part, where all do, and where no simple rule holds. nearer: the elements that part and are nearer to the exact value
    in the answer of the first, and of the second. mean_errors: the means over the cases, in units of the bound of A.
    """

    compared: int
    unanswered: int
    parted: int
    parts_where: str | None
    nearer: tuple[int, int]
    mean_errors: tuple[float, float] | None

    @property
    def same_bits(self) -> bool:
        return self.compared > 0 and self.parted == 0


def conclusion(cases: Sequence[ComparedCase]) -> ComparedInShort:
    answered = [case for case in cases if not case.unanswered]
    parted = [case for case in answered if case.parts]
    measured = [
        (case.one.mean, case.other.mean) for case in answered if case.one is not None and case.other is not None
    ]
    means = None
    if measured:
        here, there = zip(*measured, strict=True)
        means = sum(here) / len(here), sum(there) / len(there)
    return ComparedInShort(
        compared=len(answered),
        unanswered=len(cases) - len(answered),
        parted=len(parted),
        parts_where=_where(answered),
        nearer=(sum(case.nearer[0] for case in parted), sum(case.nearer[1] for case in parted)),
        mean_errors=means,
    )


def _where(answered: Sequence[ComparedCase]) -> str | None:
    parted, same = ([sizes_of(parse(case.case)) for case in answered if case.parts == parts] for parts in (True, False))
    if not parted or not same:
        return None
    found = next(iter(rules(parted, same)), ALWAYS)
    return found.words or None


def sentences(found: ComparedInShort, names: tuple[str, str]) -> list[str]:
    """The conclusion for people: the bits, then who is nearer."""
    one, other = names
    if not found.compared:
        return [f"nothing was compared: {found.unanswered} of {found.unanswered} cases had no answer of both"]
    more = f"; {found.unanswered} more had no answer of both" if found.unanswered else ""
    if found.same_bits:
        return [f"{one} and {other} have the same bits in {found.compared} of {found.compared} cases{more}"]
    where = f", only where {found.parts_where}" if found.parts_where else ""
    told = [f"{one} and {other} part in {found.parted} of {found.compared} cases{where}{more}"]
    here, there = found.nearer
    if found.mean_errors is not None and here + there:
        nearer, share = (one, here) if here >= there else (other, there)
        means = f"on average {found.mean_errors[0]:.3g} and {found.mean_errors[1]:.3g} of the bound of A"
        told.append(
            f"{nearer} is nearer to the exact value in {100 * share / (here + there):.0f} % of the elements that part; "
            f"the errors are {means}"
        )
    return told
