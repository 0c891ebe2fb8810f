"""Ask for layers, and judge the parameters that come back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from conv2d_conformance.cases.layer_case import LayerCase, format_case
from conv2d_conformance.contract.answers import Answer, Broken, Implementation, Observation, Rejected
from conv2d_conformance.contract.arrays import Array, Floats, dtype_of
from conv2d_conformance.initialisation.law import layer_law
from conv2d_conformance.initialisation.plan import Trial
from conv2d_conformance.initialisation.sample import Parameters, PValue, bias_of, weight_of
from conv2d_conformance.verdict.fault_sentences import REFUSED
from conv2d_conformance.verdict.judgement import Fault, Judgement, Outcome


@dataclass(frozen=True, eq=False)
class DrawnLayers:
    """The layers that came back. A `fault` in the form of an answer ends the asking."""

    trial: Trial
    layers: tuple[Parameters, ...]
    observed: tuple[Observation, ...]
    outcome: Outcome = "pass"
    fault: Fault | None = None

    @property
    def elements(self) -> int:
        return sum(layer.weight.size + (0 if layer.bias is None else layer.bias.size) for layer in self.layers)

    @cached_property
    def findings(self) -> tuple[PValue, ...]:
        """The results of the trial's tests; none where the form is wrong."""
        return () if self.fault else tuple(self.trial.battery(self.trial.case, self.layers))

    @property
    def alarm(self) -> PValue | None:
        """The first test that fails."""
        return next((finding for finding in self.findings if finding.p <= self.trial.alpha), None)


def draw(trial: Trial, implementation: Implementation) -> DrawnLayers:
    """Ask for the layers of a trial."""
    observed: list[Observation] = []
    layers: list[Parameters] = []
    for request in trial.case.requests:
        answer = implementation.ask(request)
        observed += () if isinstance(answer, Broken) else answer.observed
        read = read_answer(trial.case, answer)
        if isinstance(read, Fault):
            outcome: Outcome = "error" if isinstance(answer, Broken) else "fail"
            return DrawnLayers(trial, tuple(layers), tuple(observed), outcome, read)
        layers.append(read)
    return DrawnLayers(trial, tuple(layers), tuple(observed))


@dataclass(frozen=True)
class LayerQuestion:
    """A trial in the form in which an examination asks it."""

    trial: Trial
    operation: str = "initialize"

    @property
    def line(self) -> str:
        return format_case(self.trial.case)

    @property
    def elements(self) -> int:
        """The number of elements of all parameters that must come back."""
        case = self.trial.case
        return (math.prod(case.weight_shape) + (case.M if case.bias else 0)) * len(case.seeds)

    def judged(self, implementation: Implementation) -> Judgement:
        """Ask, and judge the answers by the trial's tests."""
        drawn = draw(self.trial, implementation)
        if drawn.fault is not None:
            return Judgement(drawn.outcome, drawn.fault, observed=drawn.observed)
        if alarm := drawn.alarm:
            return Judgement("fail", fault_of(drawn, alarm), elements=drawn.elements, observed=drawn.observed)
        return Judgement("pass", evidence=drawn.elements, elements=drawn.elements, observed=drawn.observed)


def read_answer(case: LayerCase, answer: Answer) -> Parameters | Fault:
    """The parameters of an answer, or the fault of its form."""
    if isinstance(answer, Broken):
        return Fault("drawn", answer.sentence, "a weight and a bias, or None for no bias")
    if isinstance(answer, Rejected):
        got = f"{REFUSED}{answer.type}: {answer.message}"
        return Fault("accepted", got, "a weight and a bias, since the call is legal")
    weight, bias = answer.arrays
    if case.bias != (bias is not None):
        got = "None for the bias" if bias is None else f"a bias of shape {bias.shape}"
        return Fault("shape", got, f"a bias of shape ({case.M},)" if case.bias else "None for the bias")
    assert weight is not None, "the worker lets only an array pass as the weight"
    return (
        _fault_of_form("weight", weight, case.weight_shape, case.dtype)
        or (None if bias is None else _fault_of_form("bias", bias, (case.M,), case.dtype))
        or Parameters(_wide(weight), None if bias is None else _wide(bias))
    )


def _fault_of_form(name: str, array: Array, shape: tuple[int, ...], dtype: str) -> Fault | None:
    if array.dtype != dtype_of(dtype):
        return Fault("dtype", f"a {name} of dtype {array.dtype.name}", f"a {name} of dtype {dtype}")
    if array.shape != shape:
        return Fault("shape", f"a {name} of shape {array.shape}", f"a {name} of shape {shape}")
    return None


def _wide(array: Array) -> Floats:
    with np.errstate(invalid="ignore"):  # a signalling NaN is garbage like any other
        wide: Floats = array.astype(np.float64)
    return wide


def fault_of(drawn: DrawnLayers, alarm: PValue) -> Fault:
    """A failed test in words: what was seen, how improbable that is, and the law that was drawn instead, if known."""
    case = drawn.trial.case
    p = f", which has the probability {alarm.p:.2g} at most" if alarm.p else ""
    words = recognised(case, drawn.layers)
    got = f"{alarm.test}: {alarm.seen}{p}" + (f"; {words}" if words else "")
    required = (
        "independent values, uniform between -sqrt(k) and sqrt(k), "
        f"k = 1 / {case.fan_in}, sqrt(k) = {layer_law(case).bound:.6g}"
    )
    return Fault("values", got, f"{required}; alarm at {drawn.trial.alpha:.2g} or less" if alarm.p else required)


def recognised(case: LayerCase, layers: Sequence[Parameters]) -> str:
    """The name of the law that was drawn instead; empty where it is the right one, or unknown."""
    # Imported late: scipy.stats is slow to import, and few runs need it.
    from conv2d_conformance.initialisation.recognise import recognise

    weight, bias = weight_of(case, layers), bias_of(case, layers)
    if bias is None:
        return recognise(case, weight)
    of_weight, of_bias = recognise(case, weight), recognise(case, bias)
    if of_weight == of_bias:
        return of_weight
    named = {"weight": of_weight, "bias": of_bias}
    return "; ".join(f"of the {name}: {sentence}" for name, sentence in named.items() if sentence)
