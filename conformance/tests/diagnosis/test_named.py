"""A diagnosis names the fault: measured on faults that are written again by other means than the mutants."""

from __future__ import annotations

import re
import runpy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cases.strategies import beyond, sample
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.answers import Answer, Broken, Request
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.diagnosis import BUDGET, diagnose, sentence_about
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.mutants import catalogue
from conv2d_conformance.verdict.examination import Examination, Nonconforming
from conv2d_conformance.verdict.simplifier import Simplifier

in_numpy, in_c = (
    SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name(f"{name}.py")), run_name=name))
    for name in ("faults_in_numpy", "faults_in_c")
)

ALL = Capabilities(
    dtypes={"float32", "float64"},
    padding={"explicit", "valid", "same"},
    padding_modes={"zeros", "reflect", "replicate", "circular"},
    arguments={"pair", "scalar", "defaults"},
    unbatched=True,
)
CORE = Capabilities(arguments={"pair", "scalar", "defaults"})

LARGER = [
    Case(N=3, C=2, H=27, W=5, M=3, KH=2, KW=3, data=Recipe("integers", 1)),
    Case(N=2, C=3, H=5, W=29, M=3, KH=3, KW=2, data=Recipe("integers", 2)),
    Case(N=1, C=5, H=4, W=4, M=70, KH=2, KW=1, data=Recipe("integers", 3)),
    Case(N=1, C=2, H=4, W=12, M=2, KH=2, KW=9, data=Recipe("integers", 4)),
    Case(N=1, C=2, H=4, W=12, M=2, KH=3, KW=5, data=Recipe("integers", 4)),
    Case(N=2, C=7, H=9, W=11, M=6, KH=3, KW=3, data=Recipe("uniform", 4)),
]


def adapter(conv2d: Callable[..., Any], claims: Capabilities) -> InProcess:
    return InProcess(Adapter(name="tested", version="1", conv2d=conv2d, capabilities=claims))


def failure(implementation: InProcess) -> Any:
    """What a check reports of an implementation: a mixture of drawn cases, and some that are larger."""
    examination = Examination(implementation, EFFORTS["quick"], simplifier=Simplifier(diagnose=sentence_about))
    drawn = sample(120, 7, keep=beyond(implementation.hello.capabilities.features))
    try:
        examination.judge_all([*drawn, *LARGER])
    except Nonconforming as raised:
        return raised.failure
    return None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("compiled")


def test_nine_faults_of_ten_are_named(folder: Path) -> None:
    faulty = {name: (adapter(conv2d, ALL), expected) for name, (conv2d, expected) in in_numpy.FAULTS.items()}
    for name, (lines, expected) in in_c.C_FAULTS.items():
        faulty[name] = (adapter(in_c.compiled(name, lines, folder), CORE), expected)
    assert len(faulty) >= 30
    assert len(in_c.C_FAULTS) >= 6
    table, named = [], 0
    for name, (implementation, expected) in faulty.items():
        found = failure(implementation)
        said = found and found.diagnosis
        right = bool(said and re.search(expected, said))
        named += right
        table.append(f"{'     ' if right else 'wrong'} {name}: {said}\n        [{expected}; {found and found.case}]")
    assert named >= 0.9 * len(faulty), f"{named} of {len(faulty)} are named:\n" + "\n".join(table)


def test_nothing_is_said_of_what_is_right(folder: Path) -> None:
    right = {name: adapter(conv2d, ALL) for name, conv2d in in_numpy.CORRECT.items()}
    right |= {name: adapter(in_c.compiled(name, lines, folder), CORE) for name, lines in in_c.C_CORRECT.items()}
    assert len(right) == 10
    for name, implementation in right.items():
        assert failure(implementation) is None, name
        assert diagnose(implementation, LARGER[0]) is None


class Counting:
    """An implementation that counts its calls, and may give other answers than its own."""

    def __init__(self, inner: InProcess, answer: Answer | None = None) -> None:
        self.inner, self.hello, self.answer, self.calls = inner, inner.hello, answer, 0

    def ask(self, request: Request) -> Answer:
        self.calls += 1
        return self.answer or self.inner.ask(request)

    def restart(self) -> bool:
        return False

    def close(self) -> None:
        pass


FLIPPED = catalogue()["kernel_flipped"]
CASE = parse("n2c2h6w7 m3k3x2 bias integers:3")


def test_a_mutant_is_named_by_its_name() -> None:
    found = diagnose(InProcess(FLIPPED.adapter), CASE)
    assert found is not None
    assert (found.mutant, found.trigger) == ("kernel_flipped", "")
    assert found.sentence == f"your output equals {FLIPPED.sentence}"
    assert found.wrong > 50
    assert found.right > 3
    assert found.evidence == f"no contradiction in {found.wrong} wrong and {found.right} right answers"


def test_the_same_answers_give_the_same_diagnosis() -> None:
    assert len({diagnose(InProcess(FLIPPED.adapter), CASE) for _ in range(3)}) == 1


@pytest.mark.parametrize("name", ["kernel_flipped", "last_column_wrong_beyond_sixteen", "strassen"])
def test_the_number_of_calls_is_bounded(name: str) -> None:
    for case in (CASE, parse("n1c2h4w17 m2k1x1 integers:3"), parse("n2c4h6w7 m3k3x2 uniform:3")):
        for budget in (1, 40, BUDGET):
            implementation = Counting(InProcess(catalogue()[name].adapter))
            diagnose(implementation, case, budget=budget)
            assert implementation.calls <= budget


def test_nothing_is_asked_after_a_hang() -> None:
    hanging = Counting(InProcess(FLIPPED.adapter), Broken("timeout", "no answer within 1 s"))
    assert diagnose(hanging, CASE, seen={replace(CASE, bias=False): True}) is None
    assert hanging.calls == 1


def test_a_crash_is_told_from_what_was_seen_alone() -> None:
    dying = Counting(InProcess(FLIPPED.adapter), Broken("died", "the process died"))
    cases = [replace(CASE, C=C, H=H, data=Recipe("integers", H)) for C in range(1, 11) for H in (6, 7, 8)]
    found = diagnose(dying, replace(CASE, C=5), seen={case: case.C < 5 for case in cases})
    assert found is not None
    assert found.sentence == "there is no answer only where C >= 5"
    assert dying.calls == 1


def test_nothing_is_said_where_no_effect_explains_all() -> None:
    """Noise on every answer: nothing known brings it about."""

    def noisy(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        y = in_numpy.CORRECT["matrices"](input, weight, bias, **attributes)
        noise = np.random.default_rng(int(abs(y).sum()) % 1000).normal(size=y.shape)
        return (y + noise).astype(y.dtype)

    assert diagnose(adapter(noisy, CORE), CASE) is None


def test_a_case_that_does_not_fail_has_no_diagnosis() -> None:
    assert diagnose(InProcess(FLIPPED.adapter), replace(CASE, KH=1, KW=1)) is None


def test_an_illegal_call_that_is_accepted() -> None:
    accepting = {m.name: m for m in catalogue().values() if m.breaks == "validation.stride-positive"}
    found = {}
    for name, mutant in accepting.items():
        implementation = Counting(InProcess(mutant.adapter))
        for line in ("n2c4h9w8 m6k3x2 g2 bias stride=0", "n2c4h9w8 m6k3x2 g2 bias stride=-1"):
            if (said := diagnose(implementation, parse(line))) is not None:
                found[name] = said.mutant
    assert found
    assert all(name == said for name, said in found.items()), found
