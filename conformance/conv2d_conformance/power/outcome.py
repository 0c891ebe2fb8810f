"""What all findings together say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conv2d_conformance.power import OURS
from conv2d_conformance.power.classic import CLASSIC
from conv2d_conformance.power.known_implementation import EXACTING, MODEST, WRONG, KnownImplementation, subjects
from conv2d_conformance.power.measurement import SuiteVerdicts


@dataclass(frozen=True)
class Outcome:
    """The verdicts, and the questions that a reader has of them. To see a mutant is not to accept it."""

    findings: SuiteVerdicts

    def of(self, kind: str) -> list[KnownImplementation]:
        """The subjects of a kind that were examined."""
        examined = next(iter(self.findings.values()), {})
        return [subject for subject in map(subjects().__getitem__, examined) if subject.kind == kind]

    def rejected(self, suite: str, kind: str) -> list[str]:
        """The subjects of a kind that a suite did not accept."""
        return [subject.name for subject in self.of(kind) if self.findings[suite][subject.name].case]

    def doubtful(self, suite: str) -> list[str]:
        """The mutants that a suite rejects by a case by which it rejects a right implementation as well."""
        of = self.findings[suite]
        too_strict = {of[name].case for name in self.rejected(suite, EXACTING)}
        return [name for name in self.rejected(suite, WRONG) if of[name].case in too_strict]

    def cases(self, suite: str) -> int:
        """The most that a subject was asked."""
        return max((finding.asked for finding in self.findings[suite].values()), default=0)

    @property
    def classic(self) -> dict[str, str]:
        """The classic faults that were examined, by their words."""
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
        """The mutants that this suite accepts and others do not, with the names of those."""
        seen: dict[str, list[str]] = {}
        for suite in self.others:
            for name in self.rejected(suite, WRONG):
                if not self.findings[OURS][name].case:
                    seen.setdefault(name, []).append(suite)
        return seen

    @property
    def seen_by_nobody_else(self) -> list[KnownImplementation]:
        """The mutants that this suite sees and no other."""
        others = {name for suite in self.others for name in self.rejected(suite, WRONG)}
        return [subjects()[name] for name in self.rejected(OURS, WRONG) if name not in others]

    @property
    def others(self) -> Iterator[str]:
        return (suite for suite in self.findings if suite != OURS)

    @property
    def is_good(self) -> bool:
        """Whether no other suite sees more, and nothing right is rejected."""
        return not self.seen_by_others_alone and not any(self.rejected(OURS, kind) for kind in (EXACTING, MODEST))
