"""From one failing case to a diagnosis: gather evidence, hold every effect against it, find the trigger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.cases.geometry import is_legal
from conv2d_conformance.cases.illegal import ILLEGAL
from conv2d_conformance.diagnosis import probes
from conv2d_conformance.diagnosis.bench import Bench, Seen, is_small
from conv2d_conformance.diagnosis.candidates import explained, explaining, spoils
from conv2d_conformance.diagnosis.effects import Effect, known_effects, mutants
from conv2d_conformance.diagnosis.sentence import Diagnosis, about_case, about_crash, about_effect, about_trigger
from conv2d_conformance.diagnosis.sizes import Sizes, sizes_of
from conv2d_conformance.diagnosis.structure import structure
from conv2d_conformance.diagnosis.trigger import ALWAYS, Rule, disagreement, rules, within_a_gap
from conv2d_conformance.implementation.answers import Broken, Implementation, Rejected
from conv2d_conformance.mutants.call import Call

MIXED = 40
MOST_FROM_ELSEWHERE = 40
MOST_EFFECTS = 6
MOST_COSTLY_FOR_A_CRASH = 3.5
FEWEST_AROUND = 4
"""A rule for when an answer is wrong needs so many answers of each kind."""

DIAGNOSED = ("accepted", "rejected", "shape", "dtype", "values")


@dataclass(frozen=True)
class Explanation:
    """An effect with the rules for when it shows; the first is the simplest."""

    effect: Effect
    triggers: tuple[Rule, ...]

    @property
    def cost(self) -> float:
        # Many a mutant has a trigger in its sentence, to which another one reads badly.
        second = self.effect.is_mutant and self.triggers[0] is not ALWAYS
        return self.effect.cost + self.triggers[0].cost + second


def diagnose(implementation: Implementation, failing: Case, seen: Mapping[Case, bool], budget: int) -> Diagnosis | None:
    """See the package: this is its entry point."""
    bench = Bench(implementation, budget)
    if failing.operation != "conv2d" or (is_legal(failing) and not is_small(failing)):
        return None
    first = bench.ask(failing)
    if first is None or first.fault is None:
        return None  # it does not fail each time, and nothing can be held against it
    if isinstance(first.answer, Broken):
        return _of_crash(first, seen)
    if first.fault.aspect not in DIAGNOSED:
        return None
    _take(bench, seen)
    if not is_legal(failing):
        return _of_accepted(bench)
    base = _gather(bench, first)
    return _of_wrong_answers(bench, base)


# ---- evidence ----------------------------------------------------------------------------------------------------


def _take(bench: Bench, seen: Mapping[Case, bool]) -> None:
    """What was seen elsewhere: some of the right answers as they are, some of the wrong ones asked again."""
    for right in (False, True):
        cases = [case for case, was_right in seen.items() if was_right == right and case.operation == "conv2d"]
        cases = [case for case in cases if not is_legal(case) or is_small(case)]
        for case in cases[:: len(cases) // MOST_FROM_ELSEWHERE + 1]:
            if right:
                bench.take_right(case)
            else:
                bench.ask(case)


def _gather(bench: Bench, first: Seen) -> Case:
    """Ask around the failing case. Returns it with the data with which it is varied: integers, if they show it."""
    base = first.case
    if not isinstance(base.data, Recipe) or base.data.name != "integers":
        # All of them: numbers between 1 and 2 alone cannot tell a fixed point from a short significand.
        asked = [bench.ask(case) for case in probes.with_recipes(base)]
        base = next((found.case for found in asked if found is not None and found.wrong), base)
    if isinstance(base.data, Recipe):
        bench.ask_all(probes.near(base))
        bench.ask_all(probes.mixture(base, bench.implementation.hello.capabilities, MIXED))
    return base


# ---- wrong answers to legal calls --------------------------------------------------------------------------------


def _of_wrong_answers(bench: Bench, base: Case) -> Diagnosis | None:
    effects = _candidates(bench, base)
    explanations = _explanations(bench, base, effects)
    while explanations and (case := _next_question(bench, base, explanations)) is not None:
        bench.ask(case)
        explanations = _explanations(bench, base, [explanation.effect for explanation in explanations])
    if explanations:
        best = explanations[0]
        trigger = best.triggers[0].words
        name = best.effect.name if best.effect.is_mutant and not trigger else None
        return _diagnosis(bench, about_effect(best.effect.sentence, trigger), name, trigger)
    return _of_trigger(bench, base) or _of_structure(bench, base)


def _candidates(bench: Bench, base: Case) -> list[Effect]:
    """The effects that explain all wrong answers, whatever they do to the right ones."""
    question = bench.seen[base].question
    call = Call(question.input, question.weight, question.bias, **question.request.arguments)
    return explaining(known_effects(call), _base_first(bench, base))


def _base_first(bench: Bench, base: Case) -> list[Seen]:
    """The wrong answers, that to the base first: few effects survive it."""
    return sorted(bench.wrong, key=lambda seen: seen.case != base)


def _explanations(bench: Bench, base: Case, effects: Sequence[Effect]) -> list[Explanation]:
    """With their triggers, the simplest first. What has no trigger explains nothing."""
    found = []
    wrong, right = _base_first(bench, base), bench.right
    for effect in effects:
        if not (seen_in := explained(effect, wrong)):
            continue
        spoilt = [seen for seen in right if spoils(effect, seen)]
        if triggers := _rules(seen_in, spoilt):
            found.append(Explanation(effect, tuple(triggers)))
    return sorted(found, key=lambda explanation: explanation.cost)[:MOST_EFFECTS]


def _rules(wrong: Sequence[Seen], right: Sequence[Seen]) -> list[Rule]:
    if not right:
        return [ALWAYS]
    legal = [seen for seen in right if seen.question.illegal_because is None]
    return rules([sizes_of(seen.case) for seen in wrong], [sizes_of(seen.case) for seen in legal])


def _next_question(bench: Bench, base: Case, explanations: Sequence[Explanation]) -> Case | None:
    """A case on which the triggers of the best explanation are divided, or that tells where their limits lie.

    None where there is no doubt, or no call.
    """
    triggers = explanations[0].triggers
    if triggers[0] is ALWAYS or bench.budget <= 0:
        return None
    open_cases = [(case, sizes) for case, sizes in _pool(base) if bench.would_ask(case)]
    place = disagreement(triggers, (sizes for _, sizes in open_cases))
    if place is None:
        place = within_a_gap(triggers[0], (sizes for _, sizes in open_cases))
    return None if place is None else open_cases[place][0]


# ---- where nothing is known of the effect ------------------------------------------------------------------------


def _of_trigger(bench: Bench, base: Case) -> Diagnosis | None:
    """When answers are wrong, if that can be said in a simple rule."""
    while True:
        wrong, right = bench.wrong, bench.right
        triggers = _rules(wrong, right)
        if min(len(wrong), len(right)) < FEWEST_AROUND or not triggers:
            return None
        unknown = Effect("", "", lambda *_, **__: None)
        case = _next_question(bench, base, [Explanation(unknown, tuple(triggers))])
        if case is None or bench.ask(case) is None:
            break
    trigger = triggers[0]
    if trigger is ALWAYS or trigger.cost > 6:
        return None
    refused = all(isinstance(seen.answer, Rejected) for seen in wrong)
    return _diagnosis(bench, about_trigger(refused, trigger.words), None, trigger.words)


def _of_structure(bench: Bench, base: Case) -> Diagnosis | None:
    found = structure(bench, base)
    return None if found is None else _diagnosis(bench, about_case(found), None, "")


# ---- illegal calls, and no answer at all -------------------------------------------------------------------------


def _of_accepted(bench: Bench) -> Diagnosis | None:
    """Which mutant accepts the same illegal calls, and no others."""
    for _, case in ILLEGAL:
        bench.ask(case)
    illegals = [seen for seen in bench.seen.values() if seen.question.illegal_because is not None]
    wrong, right = [seen for seen in illegals if seen.wrong], [seen for seen in illegals if not seen.wrong]
    for effect in explaining(mutants(), wrong):
        if not any(spoils(effect, seen) for seen in right):
            return Diagnosis(about_effect(effect.sentence, ""), len(wrong), len(right), effect.name)
    return None


def _of_crash(first: Seen, seen: Mapping[Case, bool]) -> Diagnosis | None:
    """When there is no answer, from what was seen anyway: nothing is asked again, since that takes seconds."""
    legal = {case: right for case, right in seen.items() if case.operation == "conv2d" and is_legal(case)}
    if not is_legal(first.case):
        return None
    wrong = [sizes_of(case) for case in {first.case, *(case for case, right in legal.items() if not right)}]
    right = [sizes_of(case) for case, was_right in legal.items() if was_right]
    if len(wrong) < FEWEST_AROUND or len(right) < FEWEST_AROUND:
        return None
    found = rules(wrong, right)
    if not found or found[0].cost > MOST_COSTLY_FOR_A_CRASH:
        return None
    return Diagnosis(about_crash(found[0].words), len(wrong), len(right), None, found[0].words)


@cache
def _pool(base: Case) -> tuple[tuple[Case, Sizes], ...]:
    """The cases that may be asked where rules disagree."""
    return tuple((case, sizes_of(case)) for case in probes.pool(base) if is_small(case))


def _diagnosis(bench: Bench, sentence: str, mutant: str | None, trigger: str) -> Diagnosis:
    return Diagnosis(sentence, len(bench.wrong), len(bench.right), mutant, trigger)
