"""Effects with rules for when they show, and whether what they say of cases that nobody has asked yet comes true."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.diagnosis import probes
from conv2d_conformance.diagnosis.effect_matching import explained, spoils
from conv2d_conformance.diagnosis.effects import Effect
from conv2d_conformance.diagnosis.evidence import Evidence, Seen, is_small
from conv2d_conformance.diagnosis.model import Model
from conv2d_conformance.diagnosis.sizes import Sizes, sizes_of
from conv2d_conformance.diagnosis.trigger import ALWAYS, Rule, disagreement, rules, within_a_gap

MOST_EFFECTS = 6
TRIED = 48
"""A sentence must come true in that many cases of which it was not made."""

SUPPLY = 3 * TRIED
OPPOSITES = 8
"""So many cases, for each clause, in which it alone does not hold."""

KEPT_FOR_TRIALS = 2 * TRIED
SPARED = 0.15
"""Where nobody knows what the fault does, that share of the right answers may lie where it shows: by chance, or since
the rule is as near as simple words come."""


@dataclass(frozen=True)
class Explanation:
    """A model, with the other rules for when it may show."""

    model: Model
    triggers: tuple[Rule, ...]

    @property
    def cost(self) -> float:
        rule, effect = self.model.rule, self.model.effect
        # Many a mutant has a trigger in its sentence, to which another one reads badly.
        second = effect is not None and effect.is_mutant and rule is not ALWAYS
        return (0.0 if effect is None else effect.cost) + rule.cost + second


Explain = Callable[[], list[Explanation]]
"""The explanations of all answers so far, the simplest first."""


def settled(evidence: Evidence, base: Case, explain: Explain) -> Model | None:
    """The simplest explanation, after all that could divide it from others, or refute it, was asked.

    None where nothing explains, or where no calls were left to try what explains.
    """
    seed = 0
    while explanations := explain():
        while (case := _next_question(evidence, base, explanations[0])) is not None and evidence.ask(case) is not None:
            if not (explanations := explain()):
                return None
        seed += 1
        match _comes_true(evidence, base, explanations[0].model, seed):
            case True:
                return explanations[0].model
            case None:
                return None
    return None


def _next_question(evidence: Evidence, base: Case, explanation: Explanation) -> Case | None:
    """A case on which the triggers are divided, or that tells where their limits lie.

    None where there is no doubt, or no call.
    """
    triggers = explanation.triggers
    if triggers[0] is ALWAYS or evidence.budget <= KEPT_FOR_TRIALS:
        return None
    open_cases = [(case, sizes) for case, sizes in _pool(base) if evidence.would_ask(case)]
    place = disagreement(triggers, (sizes for _, sizes in open_cases))
    if place is None:
        place = within_a_gap(triggers[0], (sizes for _, sizes in open_cases))
    return None if place is None else open_cases[place][0]


def _comes_true(evidence: Evidence, base: Case, model: Model, seed: int) -> bool | None:
    """Whether new cases bear out what the model says of them; None where there are too few calls to tell."""
    around = probes.crossed(base, evidence.implementation.hello.capabilities, SUPPLY, seed)
    around = [case for case in around if is_small(case)]
    tried, spared = 0, 0
    for case in dict.fromkeys((*_opposites(model.rule, base, around), *around[:TRIED])):
        if not evidence.would_ask(case):
            continue
        if (seen := evidence.ask(case)) is None:
            return None
        tried += 1
        if model.contradicts(seen):
            return False
        spared += model.spares(seen)
    return None if not tried else spared <= SPARED * tried


def _opposites(rule: Rule, base: Case, around: Sequence[Case]) -> list[Case]:
    """Some cases for each clause of the rule in which it alone does not hold: were it too narrow, it showed in them."""
    if rule is ALWAYS:
        return []
    found: dict[str, list[Case]] = {}
    for case, sizes in (*((case, sizes_of(case)) for case in around), *_pool(base)):
        if (part := rule.fails_alone(sizes)) is not None:
            found.setdefault(part.words, []).append(case)
    return [case for cases in found.values() for case in cases[:: len(cases) // OPPOSITES + 1]]


@cache
def _pool(base: Case) -> tuple[tuple[Case, Sizes], ...]:
    """The cases that may be asked where rules disagree."""
    return tuple((case, sizes_of(case)) for case in probes.pool(base) if is_small(case))


# ---- by effects --------------------------------------------------------------------------------------------------


def by_effects(evidence: Evidence, base: Case, effects: Sequence[Effect]) -> list[Explanation]:
    """The effects that explain the wrong answers, with their triggers. What has no trigger explains nothing."""
    found = []
    wrong, right = base_first(evidence, base), evidence.right
    for effect in effects:
        if not (seen_in := explained(effect, wrong)):
            continue
        spoilt = [seen for seen in right if spoils(effect, seen)]
        if triggers := _rules(seen_in, spoilt):
            found.append(Explanation(Model(effect, triggers[0]), tuple(triggers)))
    return sorted(found, key=lambda explanation: explanation.cost)[:MOST_EFFECTS]


def base_first(evidence: Evidence, base: Case) -> list[Seen]:
    """The wrong answers, that to the base first: few effects survive it."""
    return sorted(evidence.wrong, key=lambda seen: seen.case != base)


# ---- by a rule alone ---------------------------------------------------------------------------------------------


def by_a_rule(evidence: Evidence, model: Model, *, fewest: int, most_cost: float) -> list[Explanation]:
    """The rules for when answers are wrong in the way of a model, if that can be said in simple words."""
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


def _rules(wrong: Sequence[Seen], right: Sequence[Seen], spared: int = 0) -> list[Rule]:
    if not right:
        return [ALWAYS]
    legal = [seen for seen in right if seen.question.illegal_because is None]
    return rules([sizes_of(seen.case) for seen in wrong], [sizes_of(seen.case) for seen in legal], spared=spared)
