"""What is said of a call that was refused does not speak of an output that it does not have."""

from __future__ import annotations

from typing import Any

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.diagnosis import diagnose
from conv2d_conformance.diagnosis.sentences import YOUR_OUTPUT, about_refused_effect
from conv2d_conformance.emulation.adapters import EVERYTHING
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.implementation.inprocess import InProcess


def padding_swapped(input: Any, weight: Any, bias: Any = None, *, padding: Any = 0, **attributes: Any) -> Any:
    swapped = padding[::-1] if isinstance(padding, tuple) else padding
    return Call(input, weight, bias, padding=swapped, **attributes).right()


def test_an_effect_that_refuses_is_told_by_its_other_answers() -> None:
    implementation = InProcess(Adapter(name="x", version="1", conv2d=padding_swapped, capabilities=EVERYTHING))
    found = diagnose(implementation, parse("n1c2h9w1 m2k1x3 p0x1 integers:1"))
    assert found is not None
    assert found.sentence == "your answers to other calls equal a conv2d that takes padding as (width, height)"
    answered = diagnose(implementation, parse("n1c2h9w9 m2k1x3 p0x1 integers:1"))
    assert answered is not None
    assert answered.sentence == f"{YOUR_OUTPUT} equals a conv2d that takes padding as (width, height)"


def test_a_trigger_is_told_too() -> None:
    assert about_refused_effect("a conv2d without its bias", "N >= 2") == (
        "your answers to other calls equal a conv2d without its bias, only where N >= 2"
    )
