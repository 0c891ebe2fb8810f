"""The conclusions from the verdicts of all suites."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conv2d_conformance.power import OURS
from conv2d_conformance.power.classic import CLASSIC
from conv2d_conformance.power.known_implementation import EXACTING, MODEST, WRONG, KnownImplementation, subjects
from conv2d_conformance.power.measurement import SuiteVerdicts


@dataclass(frozen=True)
class PowerOutcome:
    """The verdicts, and what a reader wants to know of them. A suite sees a mutant if it does not accept it."""

    findings: SuiteVerdicts

    def of(self, kind: str) -> list[KnownImplementation]:
        """The examined implementations of a kind."""
        examined = next(iter(self.findings.values()), {})
        return [subject for subject in map(subjects().__getitem__, examined) if subject.kind == kind]

    def rejected(self, suite: str, kind: str) -> list[str]:
        """The implementations of a kind that a suite did not accept."""
        return [subject.name for subject in self.of(kind) if self.findings[suite][subject.name].case]

    def doubtful(self, suite: str) -> list[str]:
        """The mutants that a suite rejects by a case that also rejects a right implementation."""
        of = self.findings[suite]
        too_strict = {of[name].case for name in self.rejected(suite, EXACTING)}
        return [name for name in self.rejected(suite, WRONG) if of[name].case in too_strict]

    def cases(self, suite: str) -> int:
        """The most cases that the suite asked of an implementation."""
        return max((finding.asked for finding in self.findings[suite].values()), default=0)

    @property
    def classic(self) -> dict[str, str]:
        """The examined classic faults, by their description."""
        examined = {subject.name for subject in self.of(WRONG)}
        return {words: name for words, name in CLASSIC.items() if name in examined}

    @property
    def chapters(self) -> dict[str, list[KnownImplementation]]:
        found: dict[str, list[KnownImplementation]] = {}
        for subject in self.of(WRONG):
            found.setdefault(subject.chapter, []).append(subject)
        return found

    @property
    def seen_by_others_alone(self) -> dict[str, list[str]]:
        """The mutants that only other suites see, with the names of those suites."""
        seen: dict[str, list[str]] = {}
        for suite in self.others:
            for name in self.rejected(suite, WRONG):
                if not self.findings[OURS][name].case:
                    seen.setdefault(name, []).append(suite)
        return seen

    @property
    def seen_by_nobody_else(self) -> list[KnownImplementation]:
        """The mutants that only this suite sees."""
        others = {name for suite in self.others for name in self.rejected(suite, WRONG)}
        return [subjects()[name] for name in self.rejected(OURS, WRONG) if name not in others]

    @property
    def others(self) -> Iterator[str]:
        return (suite for suite in self.findings if suite != OURS)

    @property
    def is_good(self) -> bool:
        """Whether no other suite sees a mutant that this one misses, and this one rejects nothing right."""
        return not self.seen_by_others_alone and not any(self.rejected(OURS, kind) for kind in (EXACTING, MODEST))
