"""What one wrong answer alone looks like, where nobody can be asked for others."""

from __future__ import annotations

from conv2d_conformance.contract.answers import Result
from conv2d_conformance.diagnosis.effect_matching import explaining
from conv2d_conformance.diagnosis.evidence import SeenAnswer, is_small
from conv2d_conformance.diagnosis.known_effects import known_effects
from conv2d_conformance.diagnosis.sentences import about_effect
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.verdict.judgement import Fault
from conv2d_conformance.verdict.question import Question

MOST_OTHERS = 4
"""An answer that so many other faults would give as well says little about any of them."""


def looks_like(question: Question, answer: Result, fault: Fault) -> str:
    """The simplest wrong conv2d that gives this very answer; empty where none is known, or too many are.

    One answer cannot tell a fault from all others: it is said how many more would give it.
    """
    if fault.aspect == "dtype" or not is_small(question.case):
        return ""
    call = Call(question.input, question.weight, question.bias, **question.request.arguments)
    found = sorted(
        explaining(known_effects(call), [SeenAnswer(question, answer, fault)]), key=lambda effect: effect.cost
    )
    others = len({effect.sentence for effect in found}) - 1
    if not 0 <= others <= MOST_OTHERS:
        return ""
    told = about_effect(found[0].sentence, "")
    return f"{told}; so does the output of {others} other known fault{'s' if others > 1 else ''}" if others else told
