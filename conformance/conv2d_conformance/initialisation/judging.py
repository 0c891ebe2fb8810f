"""Ask for layers, and say whether what came is allowed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from conv2d_conformance.implementation.answers import (
    Answer,
    Array,
    Broken,
    Implementation,
    Observation,
    Rejected,
    dtype_of,
)
from conv2d_conformance.initialisation.case import LayerCase
from conv2d_conformance.initialisation.law import law_of
from conv2d_conformance.initialisation.plan import Trial
from conv2d_conformance.initialisation.recognise import recognise
from conv2d_conformance.initialisation.sample import Finding, Parameters, bias_of, weight_of
from conv2d_conformance.verdict.judge import Fault, Judgement


def judge_trial(trial: Trial, implementation: Implementation) -> Judgement:
    """Put the question and judge the answers by the tests of the trial."""
    observed: list[Observation] = []
    layers: list[Parameters] = []
    for request in trial.case.requests:
        answer = implementation.ask(request)
        observed += () if isinstance(answer, Broken) else answer.observed
        read = read_answer(trial.case, answer)
        if isinstance(read, Fault):
            outcome = "error" if isinstance(answer, Broken) else "fail"
            return Judgement(outcome, read, observed=tuple(observed))
        layers.append(read)
    elements = sum(layer.weight.size + (0 if layer.bias is None else layer.bias.size) for layer in layers)
    for finding in trial.battery(trial.case, layers):
        if finding.p <= trial.alpha:
            return Judgement("fail", _fault(trial, layers, finding), elements=elements, observed=tuple(observed))
    return Judgement("pass", evidence=elements, elements=elements, observed=tuple(observed))


def read_answer(case: LayerCase, answer: Answer) -> Parameters | Fault:
    """The parameters of an answer, or what is wrong with its form."""
    if isinstance(answer, Broken):
        return Fault("answered", answer.sentence, "a weight and a bias, or None for no bias")
    if isinstance(answer, Rejected):
        got = f"refused a legal call: {answer.type}: {answer.message}"
        return Fault("accepted", got, "a weight and a bias, since the call is legal")
    weight, bias = answer.arrays
    if case.bias != (bias is not None):
        got = "None for the bias" if bias is None else f"a bias of shape {bias.shape}"
        return Fault("shape", got, f"a bias of shape ({case.M},)" if case.bias else "None for the bias")
    return (
        _fault_of_form("weight", weight, case.weight_shape, case.dtype)
        or (None if bias is None else _fault_of_form("bias", bias, (case.M,), case.dtype))
        or Parameters(_wide(weight), None if bias is None else _wide(bias))
    )


def _fault_of_form(name: str, array: Array | None, shape: tuple[int, ...], dtype: str) -> Fault | None:
    assert array is not None, "the worker lets only an array pass as the weight"
    if array.dtype != dtype_of(dtype):
        return Fault("dtype", f"a {name} of dtype {array.dtype.name}", f"a {name} of dtype {dtype}")
    if array.shape != shape:
        return Fault("shape", f"a {name} of shape {array.shape}", f"a {name} of shape {shape}")
    return None


def _wide(array: Array | None) -> np.ndarray:
    assert array is not None
    return array.astype(np.float64)


def _fault(trial: Trial, layers: Sequence[Parameters], finding: Finding) -> Fault:
    case = trial.case
    p = f", which has the probability {finding.p:.2g} at most" if finding.p else ""
    got = f"{finding.test}: {finding.seen}{p}"
    if words := recognised(case, layers):
        got = f"{got}; {words}"
    bound = law_of(case).bound
    fan_in = f"k = 1 / {case.fan_in}, sqrt(k) = {bound:.6g}"
    required = f"independent values, uniform between -sqrt(k) and sqrt(k), {fan_in}"
    return Fault("values", got, required if finding.p == 0 else f"{required}; alarm below {trial.alpha:.2g}")


def recognised(case: LayerCase, layers: Sequence[Parameters]) -> str:
    """What was drawn instead, in words; empty where it is the right law, or none that is known."""
    weight, bias = weight_of(case, layers), bias_of(case, layers)
    words = {"weight": recognise(case, weight), "bias": "" if bias is None else recognise(case, bias)}
    if words["weight"] == words["bias"]:
        return words["weight"]
    return "; ".join(f"of the {name}: {sentence}" for name, sentence in words.items() if sentence)
