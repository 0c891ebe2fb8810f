"""In which respect a case fails is recorded; of old reports it is read off the words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cases.illegal_calls import illegal_calls
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.answers import Broken, Rejected
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.typed_json import ABSENT
from conv2d_conformance.verdict.aspects import SAID, aspect_by_words, aspect_of, is_refusal
from conv2d_conformance.verdict.examination import Examination, Nonconforming
from conv2d_conformance.verdict.failure import as_it_is
from conv2d_conformance.verdict.fault_sentences import NO_SUCH_THING, REPEATED
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.judgement import Aspect, Fault
from conv2d_conformance.verdict.question import Question

LEGAL = Question(parse("n1c1h3w3 m1k2 integers:1"))


def fault(answer: Broken | Rejected) -> Fault:
    found = judge(LEGAL, answer).fault
    assert found is not None
    return found


FAULTS: dict[Aspect, Fault] = {
    "answered": fault(Broken("timeout", "no answer in time")),
    "accepted": fault(Rejected("ValueError", "no")),
    "repeated": Fault("repeated", "2 at y[0]", REPEATED),
    "observed": Fault("observed", "the call changed its input", NO_SUCH_THING),
    "values": Fault("values", "0 at y[0,0,0,0]", "1, exactly"),
}


@pytest.mark.parametrize("aspect", FAULTS)
def test_what_is_recorded_is_what_old_words_say(aspect: Aspect) -> None:
    failure = as_it_is("a case", FAULTS[aspect])
    old = replace(failure, aspect=ABSENT)
    assert failure.aspect == aspect_of(failure) == aspect_of(old) == aspect_by_words(failure) == aspect
    assert is_refusal(old) == (aspect == "accepted")


def test_words_tell_these_apart_and_no_others() -> None:
    assert FAULTS.keys() - {"values"} == SAID


def test_what_was_recorded_counts_and_not_the_words() -> None:
    failure = as_it_is("a case", Fault("values", FAULTS["accepted"].got, FAULTS["answered"].required))
    assert aspect_of(failure) == "values"


def test_a_refusal_without_which_nothing_follows_of_illegal_calls_is_one_of_a_legal_call() -> None:
    def refuses(input: Any, weight: Any, bias: Any = None, *, groups: int = 1, **attributes: Any) -> Any:
        if groups > 1:
            raise NotImplementedError("groups")
        return Call(input, weight, bias, groups=groups, **attributes).right()

    claims = Capabilities(validation=True)
    implementation = InProcess(Adapter(name="x", version="1", conv2d=refuses, capabilities=claims))
    examination = Examination(implementation, EFFORTS["quick"], ("validation.out-channels-divisible",))
    with pytest.raises(Nonconforming) as caught:
        examination.judge_illegal(illegal_calls("out-channels-divisible"))
    assert is_refusal(caught.value.failure)
