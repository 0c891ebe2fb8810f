"""The self-test as a page in Markdown: which checks kill which mutants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from conv2d_conformance.mutants import Mutant
from conv2d_conformance.selftest import MATRIX, Encounter, Summary

HEAD = """# Mutants and checks

{sentence}.

Each mutant is an implementation that is right everywhere but on its trigger. It meets the checks of the requirement
that it breaks, at effort {effort}, and the checks of all other requirements on the same function, with {drawn} drawn
cases each, and cases of up to {multiply_adds:,} multiplications from the tables. The first shows that the fault is
found, the second how far it spreads: a check of something else often meets it too.
"""


def matrix_page(encounters: Iterable[Encounter], mutants: Mapping[str, Mutant], effort: str) -> str:
    """The page for all encounters of these mutants."""
    met = list(encounters)
    own = [found for found in met if found.requirement in _requirements_of(found.check)]
    sentence = Summary.of(own, mutants).sentence
    head = HEAD.format(
        sentence=sentence[0].upper() + sentence[1:],
        effort=effort,
        drawn=MATRIX.drawn,
        multiply_adds=MATRIX.multiply_adds,
    )
    return "\n".join([head, *_checks(met, own), "", *_mutants(met, mutants), ""])


def _requirements_of(check: str) -> tuple[str, ...]:
    from conv2d_conformance.checks import catalogue

    return catalogue()[check].requirements


def _checks(met: list[Encounter], own: list[Encounter]) -> list[str]:
    killers: dict[str, list[str]] = {}
    for found in own:
        if found.killed:
            killers.setdefault(found.mutant, []).append(found.check)
    alone = [checks[0] for checks in killers.values() if len(checks) == 1]
    lines = [
        "## Checks",
        "",
        "How many mutants of its requirements a check kills, how many of them no other check of the requirement kills, "
        "and how many it kills in all.",
        "",
        "| check | of its requirement | it alone | in all |",
        "| --- | ---: | ---: | ---: |",
    ]
    for check in dict.fromkeys(found.check for found in own):
        of_its = sum(check in checks for checks in killers.values())
        in_all = sum(found.killed for found in met if found.check == check)
        lines.append(f"| {check} | {of_its} | {alone.count(check)} | {in_all} |")
    return lines


def _mutants(met: list[Encounter], mutants: Mapping[str, Mutant]) -> list[str]:
    by: dict[str, list[Encounter]] = {}
    for found in met:
        by.setdefault(found.mutant, []).append(found)
    lines = [
        "## Mutants",
        "",
        "| mutant | breaks | replays | cases to the kill | killed by | checks of other requirements that see it |",
        "| --- | --- | --- | ---: | --- | ---: |",
    ]
    for name, mutant in mutants.items():
        own = [found for found in by[name] if mutant.breaks in _requirements_of(found.check)]
        killers = sorted((found for found in own if found.killed), key=lambda found: found.cases)
        others = [found for found in by[name] if mutant.breaks not in _requirements_of(found.check)]
        told = ", ".join(found.check.partition("::")[2] for found in killers) or "**survived**"
        seen = f"{sum(found.killed for found in others)} of {len(others)}"
        cases = killers[0].cases + 1 if killers else ""
        lines.append(f"| {name} | {mutant.breaks} | {_link(mutant.replays)} | {cases} | {told} | {seen} |")
    return lines


def _link(replays: str) -> str:
    """owner/repository#number as a link; GitHub leads from an issue to a pull request of the same number."""
    repository, _, number = replays.partition("#")
    return f"[{replays}](https://github.com/{repository}/issues/{number})" if replays else ""
