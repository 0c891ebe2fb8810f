"""What one wrong answer alone looks like, where nobody can be asked for others."""

from __future__ import annotations

from conv2d_conformance.contract.answers import Result
from conv2d_conformance.diagnosis.effect_matching import explaining
from conv2d_conformance.diagnosis.evidence import Seen, is_small
from conv2d_conformance.diagnosis.hint import hint
from conv2d_conformance.diagnosis.known_effects import known_effects
from conv2d_conformance.diagnosis.sentences import YOUR_OUTPUT
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.verdict.judgement import Fault
from conv2d_conformance.verdict.question import Question


def looks_like(question: Question, answer: Result, fault: Fault) -> str:
    """The wrong conv2ds that give this very answer, the simplest by name, or a hint; empty where nothing is known.

    One answer cannot tell a fault from all others, so that it is said how many more would give it.
    """
    if told := hint(question, answer, fault):
        return told
    if not is_small(question.case):
        return ""
    call = Call(question.input, question.weight, question.bias, **question.request.arguments)
    found = sorted(explaining(known_effects(call), [Seen(question, answer, fault)]), key=lambda effect: effect.cost)
    if not found:
        return ""
    more = len({effect.sentence for effect in found}) - 1
    others = f" (of this one answer, {more} other known fault{'s' if more > 1 else ''} would say the same)" if more else ""
    return f"{YOUR_OUTPUT} equals {found[0].sentence}{others}"
