"""The self-test as a Markdown page: which checks kill which mutants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from conv2d_conformance.checks import catalogue
from conv2d_conformance.mutants import Mutant
from conv2d_conformance.selftest.kills import MATRIX, Encounter, Summary
from conv2d_conformance.selftest.score import Score, first_attempt, published

HEAD = """# Mutants and checks

{sentence}.

Each mutant is an implementation that is right everywhere but on its trigger. It meets the checks of the requirement
that it breaks, at effort {effort}, and the checks of all other requirements on the same function, with {drawn} drawn
cases each, and cases of up to {multiply_adds:,} multiplications from the tables. The first shows that the fault is
found, the second how far it spreads: a check of something else often meets it too.

## Score

How many mutants the checks of their requirements kill. A mutant that is too subtle for an effort, and says so, is not
tried there and counts as not killed. The first attempt is that of the mutants that replay published bugs, before
anything was repaired because of those that survived.
"""
SCORES = ["| effort | now | first attempt |", "| --- | ---: | ---: |"]
CHECKS = """
## Checks

How many mutants of its requirements a check kills, how many of them no other check of the requirement kills, and how
many it kills in all.

| check | of its requirement | it alone | in all |
| --- | ---: | ---: | ---: |"""
MUTANTS = """
## Mutants

How many cases the quickest check needed, the checks of its requirement that kill it, and how many checks do in all,
by chapter.

| mutant | breaks | replays | cases | killed by | checks | by chapter |
| --- | --- | --- | ---: | --- | ---: | --- |"""


def matrix_page(encounters: Iterable[Encounter], mutants: Mapping[str, Mutant], effort: str) -> str:
    """The page for all encounters of these mutants."""
    met = list(encounters)
    own = [found for found in met if found.requirement in catalogue()[found.check].requirements]
    head = HEAD.format(
        sentence=Summary.of(own, mutants).sentence,
        effort=effort,
        drawn=MATRIX.drawn,
        multiply_adds=MATRIX.multiply_adds,
    )
    return "\n".join([head, *SCORES, *_scores(), CHECKS, *_checks(met, own), MUTANTS, *_mutants(met, own, mutants), ""])


def _scores() -> list[str]:
    earlier = first_attempt()
    return [f"| {effort} | {_told(score)} | {_told(earlier[effort])} |" for effort, score in published().items()]


def _told(score: Score) -> str:
    return f"{score.sentence}, {score.date}"


def _checks(met: list[Encounter], own: list[Encounter]) -> list[str]:
    killers = _killers(own)
    in_all = Counter(found.check for found in met if found.killed)
    of_its = Counter(found.check for by in killers.values() for found in by)
    alone = Counter(by[0].check for by in killers.values() if len(by) == 1)
    checks = dict.fromkeys(found.check for found in own)
    return [f"| {check} | {of_its[check]} | {alone[check]} | {in_all[check]} |" for check in checks]


def _mutants(met: list[Encounter], own: list[Encounter], mutants: Mapping[str, Mutant]) -> list[str]:
    by_own, by_all = _killers(own), _killers(met)
    lines = []
    for name, mutant in mutants.items():
        quickest_first = sorted(by_own.get(name, []), key=lambda found: found.cases)
        told = ", ".join(_name(found.check) for found in quickest_first) or "**survived**"
        cases = quickest_first[0].cases + 1 if quickest_first else ""
        chapters = Counter(_chapter(found.check) for found in by_all.get(name, []))
        by_chapter = ", ".join(f"{chapter} {count}" for chapter, count in sorted(chapters.items()))
        replays = _link(mutant.replays)
        lines.append(f"| {name} | {mutant.breaks} | {replays} | {cases} | {told} | {chapters.total()} | {by_chapter} |")
    return lines


def _killers(encounters: Iterable[Encounter]) -> dict[str, list[Encounter]]:
    """The encounters that killed each mutant."""
    found: dict[str, list[Encounter]] = {}
    for encounter in encounters:
        if encounter.killed:
            found.setdefault(encounter.mutant, []).append(encounter)
    return found


def _name(check: str) -> str:
    return check.partition("::")[2].removeprefix("test_")


def _chapter(check: str) -> str:
    return check.partition("::")[0].removeprefix("test_").replace("_", "-")


def _link(replays: str) -> str:
    """The text owner/repository#number as a link; GitHub redirects an issue's address to the pull request's."""
    repository, _, number = replays.partition("#")
    return f"[{replays}](https://github.com/{repository}/issues/{number})" if replays else ""
