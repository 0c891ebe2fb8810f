"""Explanations: an effect, and a rule for when it shows, that must predict the answers to new cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.diagnosis import probes
from conv2d_conformance.diagnosis.effect_matching import explained, spoils
from conv2d_conformance.diagnosis.effects import Effect
from conv2d_conformance.diagnosis.evidence import Evidence, SeenAnswer, is_small
from conv2d_conformance.diagnosis.model import Model
from conv2d_conformance.diagnosis.sizes import Sizes, sizes_of
from conv2d_conformance.diagnosis.trigger import ALWAYS, Rule, disagreement, in_common, rules, within_a_gap

MOST_EFFECTS = 6
"""The most explanations that are held against new cases, the simplest first. A choice: each costs calls to refute."""

TRIED = 48
"""The number of new cases in which a sentence must prove true."""

SUPPLY = 3 * TRIED
APART = 1500
"""The number of cases in which several sizes change by themselves. A choice: more part more sizes, and each takes time
but, unless it is chosen, no call."""

OPPOSITES = 8
"""For each clause of a rule, twice the number of cases in which only that clause does not hold: of those at random, and
of those that are most like the wrong ones."""

KEPT_FOR_TRIALS = 2 * TRIED
SPARED = 0.15
"""Where the effect is unknown, this share of the answers may be right although the rule holds: by chance, or because no
simple rule is exact."""


@dataclass(frozen=True)
class Explanation:
    """A model, and all rules for when its effect may show."""

    model: Model
    triggers: tuple[Rule, ...]

    @property
    def cost(self) -> float:
        rule, effect = self.model.rule, self.model.effect
        # Many mutants have a trigger in their sentence; a second one reads badly.
        second = effect is not None and effect.is_mutant and rule is not ALWAYS
        return (0.0 if effect is None else effect.cost) + rule.cost + second


Explain = Callable[[], list[Explanation]]
"""The explanations of all answers so far, the simplest first."""


def settled(evidence: Evidence, base: Case, explain: Explain) -> Model | None:
    """The simplest explanation that is left after asking every case that could refute it or tell it from others.

    None where there is no explanation, or no calls are left to test it.
    """
    seed = 0

    @cache
    def candidates() -> list[tuple[Case, Sizes]]:
        return [(case, sizes) for case, sizes in _pool(base) if evidence.would_ask(case)]

    while explanations := explain():
        while (case := _next_question(evidence, candidates, explanations[0])) and evidence.ask(case) is not None:
            if not (explanations := explain()):
                return None
        seed += 1
        match _comes_true(evidence, base, explanations[0].model, seed):
            case True:
                return explanations[0].model
            case None:
                return None
    return None


def _next_question(
    evidence: Evidence, candidates: Callable[[], Sequence[tuple[Case, Sizes]]], explanation: Explanation
) -> Case | None:
    """A case on which the triggers disagree, or that narrows one of their limits.

    None where no doubt is left, or no call.
    """
    triggers = explanation.triggers
    if triggers[0] is ALWAYS or evidence.budget <= KEPT_FOR_TRIALS:
        return None
    open_cases = [(case, sizes) for case, sizes in candidates() if case not in evidence.seen]
    place = disagreement(triggers, (sizes for _, sizes in open_cases))
    if place is None:
        place = within_a_gap(triggers[0], (sizes for _, sizes in open_cases))
    return None if place is None else open_cases[place][0]


def _comes_true(evidence: Evidence, base: Case, model: Model, seed: int) -> bool | None:
    """Whether the model predicts the answers to new cases; None where too few calls are left to tell."""
    around = probes.crossed(base, evidence.implementation.hello.capabilities, SUPPLY, seed)
    around = [case for case in around if is_small(case)]
    tried, spared = 0, 0
    for case in dict.fromkeys((*_opposites(model.rule, evidence, base, around), *around[:TRIED])):
        if not evidence.would_ask(case):
            continue
        if (seen := evidence.ask(case)) is None:
            return None
        tried += 1
        if model.contradicts(seen):
            return False
        spared += model.spares(seen)
    return None if not tried else spared <= SPARED * tried


def _opposites(rule: Rule, evidence: Evidence, base: Case, around: Sequence[Case]) -> list[Case]:
    """For each clause of the rule, some cases in which only that clause fails: they show whether it is too narrow.

    Most telling are those that have all else in common with the wrong ones.
    """
    if rule is ALWAYS:
        return []
    wrong, right = (
        [sizes_of(seen.case) for seen in some if not seen.question.illegal_because]
        for some in (evidence.wrong, evidence.right)
    )
    common = in_common(wrong, right)
    found: dict[str, list[tuple[Case, Sizes]]] = {}
    for case, sizes in (*((case, sizes_of(case)) for case in around), *_pool(base)):
        if (part := rule.fails_alone(sizes)) is not None and evidence.would_ask(case):
            found.setdefault(part.words, []).append((case, sizes))
    chosen = []
    for opposites in found.values():
        chosen += opposites[:: len(opposites) // OPPOSITES + 1]
        chosen += sorted(opposites, key=lambda found: -sum(other.holds(found[1]) for other in common))[:OPPOSITES]
    return [case for case, _ in chosen]


@cache
def _pool(base: Case) -> tuple[tuple[Case, Sizes], ...]:
    """The cases to choose from where rules disagree."""
    cases = dict.fromkeys((*probes.pool(base), *probes.apart(base, APART)))
    return tuple((case, sizes_of(case)) for case in cases if is_small(case))


# ---- by effects --------------------------------------------------------------------------------------------------


def by_effects(evidence: Evidence, base: Case, effects: Sequence[Effect]) -> list[Explanation]:
    """The effects that explain the wrong answers, with their triggers. An effect without a trigger explains nothing."""
    found = []
    wrong, right = base_first(evidence, base), evidence.right
    for effect in effects:
        if not (seen_in := explained(effect, wrong)):
            continue
        spoilt = [seen for seen in right if spoils(effect, seen)]
        if triggers := _rules(seen_in, spoilt):
            found.append(Explanation(Model(effect, triggers[0]), tuple(triggers)))
    return sorted(found, key=lambda explanation: explanation.cost)[:MOST_EFFECTS]


def base_first(evidence: Evidence, base: Case) -> list[SeenAnswer]:
    """The wrong answers, that of the base first, since it excludes most effects."""
    return sorted(evidence.wrong, key=lambda seen: seen.case != base)


# ---- by a rule alone ---------------------------------------------------------------------------------------------


def by_a_rule(evidence: Evidence, model: Model, *, fewest: int, most_cost: float) -> list[Explanation]:
    """The simple rules, if any, for when answers are wrong in the way of a model."""
    wrong = [seen for seen in evidence.wrong if model.is_like(seen)]
    right = [seen for seen in evidence.right if isinstance(seen.case.data, Recipe) or model.refuses is not None]
    if min(len(wrong), len(right)) < fewest:
        return []
    for spared in (0, int(SPARED * len(right))):
        triggers = [rule for rule in _rules(wrong, right, spared) if rule is not ALWAYS and rule.cost <= most_cost]
        if triggers:
            break
    else:
        return []
    return [Explanation(Model(None, triggers[0], model.refuses, model.crashes), tuple(triggers))]


def _rules(wrong: Sequence[SeenAnswer], right: Sequence[SeenAnswer], spared: int = 0) -> list[Rule]:
    if not right:
        return [ALWAYS]
    legal = [seen for seen in right if seen.question.illegal_because is None]
    return rules([sizes_of(seen.case) for seen in wrong], [sizes_of(seen.case) for seen in legal], spared=spared)
