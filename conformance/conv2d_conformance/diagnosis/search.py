"""From one failing case to a diagnosis: gather evidence, compare every effect with it, find the trigger."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.cases.geometry import is_legal
from conv2d_conformance.cases.illegal_calls import ILLEGAL
from conv2d_conformance.contract.answers import Broken, Implementation, Rejected, Result
from conv2d_conformance.contract.message_kinds import refusal
from conv2d_conformance.diagnosis import probes
from conv2d_conformance.diagnosis.effect_matching import explaining, spoils
from conv2d_conformance.diagnosis.effects import Effect
from conv2d_conformance.diagnosis.evidence import Evidence, SeenAnswer, is_small
from conv2d_conformance.diagnosis.explanations import base_first, by_a_rule, by_effects, settled
from conv2d_conformance.diagnosis.known_effects import known_effects, mutants
from conv2d_conformance.diagnosis.model import Model
from conv2d_conformance.diagnosis.sentences import (
    Diagnosis,
    about_case,
    about_crash,
    about_effect,
    about_refusal,
    about_refused_effect,
    about_trigger,
)
from conv2d_conformance.diagnosis.sizes import sizes_of
from conv2d_conformance.diagnosis.structure import structure
from conv2d_conformance.diagnosis.trigger import rules
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.operations import elementwise

MIXED = 40
"""The number of cases in which many sizes and arguments differ at once. A choice: more tell more rules apart, and each
costs a call."""

MOST_FROM_ELSEWHERE = 40
"""The most right, and wrong, cases of the run that are taken over. A choice: each is held against every effect, and a
wrong one is asked again."""

MOST_COSTLY = 5
MOST_COSTLY_FOR_A_CRASH = 3.5
"""The most complicated rule that is told where answers are wrong, and where there is none. Choices: a higher limit
names more faults, and more often a rule that only happens to fit. After a crash nothing is asked to prove the rule, so
the limit is lower.
"""

FEWEST_AROUND = 4
"""The fewest right, and wrong, answers from which a rule for wrong answers is derived."""

DIAGNOSED = ("accepted", "rejected", "shape", "dtype", "values")


def search(
    implementation: Implementation,
    failing: Case,
    seen: Mapping[Case, bool],
    illegal: dict[Case, SeenAnswer],
    budget: int,
) -> Diagnosis | None:
    """Search for a diagnosis; the arguments are those of the package's `diagnose`."""
    evidence = Evidence(implementation, budget)
    if not elementwise(failing.operation).is_diagnosed or (is_legal(failing) and not is_small(failing)):
        return None
    first = evidence.ask(failing)
    if first is None or first.fault is None:
        return None  # it does not fail each time, so there is nothing to compare with
    if isinstance(first.answer, Broken):
        return of_crash(failing, seen)
    if first.fault.aspect not in DIAGNOSED:
        return None
    _take(evidence, seen)
    if not is_legal(failing):
        return _of_accepted(evidence, illegal)
    base = _gather(evidence, first)
    if isinstance(first.answer, Rejected):
        return _of_refused_effect(evidence) or _of_refusals(evidence, base, first.answer)
    return _of_wrong_answers(evidence, base)


# ---- evidence ----------------------------------------------------------------------------------------------------


def _take(evidence: Evidence, seen: Mapping[Case, bool]) -> None:
    """Take over what was seen elsewhere: some of the right answers as they are; some of the wrong ones, asked again."""
    for right in (False, True):
        cases = [
            case for case, was_right in seen.items() if was_right == right and elementwise(case.operation).is_diagnosed
        ]
        cases = [case for case in cases if not is_legal(case) or is_small(case)]
        for case in cases[:: len(cases) // MOST_FROM_ELSEWHERE + 1]:
            if right:
                evidence.take_right(case)
            else:
                evidence.ask(case)


def _gather(evidence: Evidence, first: SeenAnswer) -> Case:
    """Ask cases around the failing one. Returns it with the data for variations: integers, if they show the fault."""
    base = first.case
    if not isinstance(base.data, Recipe) or base.data.name != "integers":
        # All recipes: numbers between 1 and 2 alone cannot tell a fixed point from a short significand.
        asked = [evidence.ask(case) for case in probes.with_recipes(base)]
        base = next((found.case for found in asked if found is not None and found.wrong), base)
    if base.recipe is not None:
        evidence.ask_all(probes.near(base))
        evidence.ask_all(probes.mixture(base, evidence.implementation.hello.capabilities, MIXED))
    return base


# ---- wrong answers to legal calls --------------------------------------------------------------------------------


def _of_wrong_answers(evidence: Evidence, base: Case) -> Diagnosis | None:
    return _of_effect(evidence, base) or _of_trigger(evidence, base, Model(None)) or _of_structure(evidence, base)


def _of_effect(evidence: Evidence, base: Case, about: Callable[[str, str], str] = about_effect) -> Diagnosis | None:
    effects = _candidates(evidence, base)
    if (model := settled(evidence, base, lambda: by_effects(evidence, base, effects))) is None:
        return None
    assert model.effect is not None
    trigger = model.rule.words
    name = model.effect.name if model.effect.is_mutant and not trigger else None
    return _diagnosis(evidence, about(model.effect.sentence, trigger), name, model)


def _of_refused_effect(evidence: Evidence) -> Diagnosis | None:
    """The effect of a refusal. A confused argument may make a call illegal, but an answer must show the confusion."""
    answered = next((seen.case for seen in evidence.wrong if isinstance(seen.answer, Result)), None)
    return None if answered is None else _of_effect(evidence, answered, about_refused_effect)


def _candidates(evidence: Evidence, base: Case) -> list[Effect]:
    """The effects that explain the wrong answers, whatever they do to the right ones."""
    question = evidence.seen[base].question
    call = Call(question.input, question.weight, question.bias, **question.request.arguments)
    return explaining(known_effects(call), base_first(evidence, base))


def _of_refusals(evidence: Evidence, base: Case, refused: Rejected) -> Diagnosis | None:
    """When a legal call is refused, in the words of the refusal. Confused arguments play no part here."""
    return _of_trigger(evidence, base, Model(None, refuses=refusal(refused)), f"{refused.type}: {refused.message}")


def _of_trigger(evidence: Evidence, base: Case, model: Model, message: str = "") -> Diagnosis | None:
    """When answers are wrong, if a simple rule says it."""
    found = settled(evidence, base, lambda: by_a_rule(evidence, model, fewest=FEWEST_AROUND, most_cost=MOST_COSTLY))
    if found is None:
        return None
    words = found.rule.words
    sentence = about_refusal(message, words) if model.refuses is not None else about_trigger(words)
    return _diagnosis(evidence, sentence, None, found)


def _of_structure(evidence: Evidence, base: Case) -> Diagnosis | None:
    found = structure(evidence, base)
    return None if found is None else _diagnosis(evidence, about_case(found), None, None)


# ---- illegal calls, and no answer at all -------------------------------------------------------------------------


def _of_accepted(evidence: Evidence, known: dict[Case, SeenAnswer]) -> Diagnosis | None:
    """The mutant that accepts the same illegal calls, and no others. What is asked here is `known` from then on."""
    for _, case in ILLEGAL:
        if case in known:
            evidence.seen.setdefault(case, known[case])
        elif (asked := evidence.ask(case)) is not None:
            known[case] = asked
    illegals = [seen for seen in evidence.seen.values() if seen.question.illegal_because is not None]
    wrong, right = [seen for seen in illegals if seen.wrong], [seen for seen in illegals if not seen.wrong]
    for effect in explaining(mutants(), wrong):
        if not any(spoils(effect, seen) for seen in right):
            sentence = about_effect(effect.sentence, "")
            return Diagnosis(sentence, len(wrong), len(right), effect.name, model=Model(effect))
    return None


def of_crash(failing: Case, seen: Mapping[Case, bool]) -> Diagnosis | None:
    """When there is no answer, from what was already seen. Nothing is asked again, since a crash takes seconds."""
    legal = {case: right for case, right in seen.items() if elementwise(case.operation).is_diagnosed and is_legal(case)}
    if not is_legal(failing):
        return None
    wrong = [sizes_of(case) for case in {failing, *(case for case, right in legal.items() if not right)}]
    right = [sizes_of(case) for case, was_right in legal.items() if was_right]
    if len(wrong) < FEWEST_AROUND or len(right) < FEWEST_AROUND:
        return None
    found = rules(wrong, right)
    if not found or found[0].cost > MOST_COSTLY_FOR_A_CRASH:
        return None
    words = found[0].words
    return Diagnosis(about_crash(words), len(wrong), len(right), None, words, Model(None, found[0], crashes=True))


def _diagnosis(evidence: Evidence, sentence: str, mutant: str | None, model: Model | None) -> Diagnosis:
    trigger = "" if model is None else model.rule.words
    return Diagnosis(sentence, len(evidence.wrong), len(evidence.right), mutant, trigger, model)
