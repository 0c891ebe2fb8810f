"""Whole reports in a second: what a run would ask is counted, and nothing is asked.

Only what a report can say is in question here, and not what an implementation does: but for the checks that are to
fail, all holds. The numbers of evidence, which alone need the data, are as large as they can be. Little is drawn.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import on_json
from conv2d_conformance.checks import Check, catalogue
from conv2d_conformance.contract.answers import Hello
from conv2d_conformance.contract.capabilities import ARGUMENTS, PADDING_MODES, PADDINGS, VIEWS, Capabilities
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.effort import EFFORTS, Effort
from conv2d_conformance.fingerprint.fingerprint import Fingerprint, OfDtype, OfShape
from conv2d_conformance.fingerprint.shapes import SHAPES
from conv2d_conformance.fingerprint.summary import summary
from conv2d_conformance.report import reading
from conv2d_conformance.report.deviations import Conditions, Deviation
from conv2d_conformance.report.header import Asked
from conv2d_conformance.report.selection import to_run
from conv2d_conformance.running.header import header
from conv2d_conformance.running.options import Options
from conv2d_conformance.running.run import run
from conv2d_conformance.verdict.question import claimed_grade
from conv2d_conformance.verifying import Finding, consistency
from conv2d_conformance.verifying.recount import Count, recount
from on_json import assemble

Report = dict[str, Any]

LITTLE = {
    "quick": Effort("quick", drawn=2, multiply_adds=12_000, tiles=200, combined=8),
    "standard": Effort("standard", drawn=3, multiply_adds=15_000, tiles=100, combined=9),
}

ALL = Capabilities(
    dtypes=frozenset(DTYPES),
    padding=frozenset(PADDINGS),
    padding_modes=frozenset(PADDING_MODES),
    arguments=frozenset(ARGUMENTS),
    views=frozenset(VIEWS),
    unbatched=True,
    empty_batch=True,
    non_finite=True,
    validation=True,
    deterministic=True,
    thread_safe=True,
)

FAILURE: dict[str, Any] = {
    "case": "n1c1h1w1 m1k1x1 s1x1 p0x0 d1x1 g1 bias float32 b[0]=1",
    "got": "0 at y[0,0,0,0]; 1 of 1 elements are wrong",
    "required": "1, exactly",
    "first_case": "n2c1h1w1 m1k1x1 s1x1 p0x0 d1x1 g1 bias float32 integers:3",
    "after": [],
    "beside": None,
    "failed_repetitions": 5,
    "repetitions": 5,
    "diagnosis": "the bias is not added",
    "explained_by": "bias.added",
}
FAILING = ("test_bias::test_added", "test_bias::test_per_channel")
STATE_CHANGED = {**FAILURE, "got": "the call changed the seed of numpy.random", "required": "no such thing"}


@dataclass(frozen=True)
class Recipe:
    """What a report is made of. `failing` checks fail in the middle; one of them changes the global state too.

    The run is cut short after `reached` checks, where that is said; that of a failing check is `stopped` there.
    """

    target: str
    operations: tuple[str, ...] = ("conv2d",)
    claims: Capabilities = ALL
    profile: str = "forward"
    only: str = "*"
    failing: tuple[str, ...] = ()
    deviations: tuple[str, ...] = ()
    isolation: str = "process"
    reached: int | None = None
    stop: str = "never"
    stopped: bool = False


RECIPES = {
    "forward": Recipe("torch"),
    "training": Recipe("torch-layer", ("conv2d", "initialize", "gradients"), profile="training"),
    "layer": Recipe("reference-direct", ("conv2d", "initialize"), Capabilities(validation=True), profile="layer"),
    "interrupted": Recipe("torch", reached=40),
    "without isolation": Recipe("torch", isolation="none"),
    "stopped": Recipe(
        "mine.py:conv2d",
        failing=FAILING[:1],
        stop="first",
        reached=1 + list(catalogue()).index(FAILING[0]),
        stopped=True,
    ),
    "without what decides nothing": Recipe("torch", stop="must"),
    "failing": Recipe("mine.py:conv2d", failing=FAILING),
    "selection": Recipe("torch", only="bias.*", failing=FAILING, deviations=("bias.added", "bias.per-channel")),
}


@contextmanager
def little() -> Iterator[None]:
    """While it lasts, every effort asks little."""
    with pytest.MonkeyPatch.context() as patch:
        for effort in LITTLE.values():
            patch.setitem(EFFORTS, effort.name, effort)
        yield


_counted: dict[str, dict[str, Count]] = {}


def counted(run: Asked, claims: Capabilities, checks: list[Check]) -> dict[str, Count]:
    """What `recount` finds at such an effort; the same is counted once."""
    asked = {"claims": claims.to_json(), "effort": run.effort, "seed": run.seed}
    found = _counted.setdefault(json.dumps(asked, sort_keys=True), {})
    missing = [check for check in checks if check.name not in found]
    if missing:
        with little():
            found.update(recount(run, claims, missing))
    return {check.name: found[check.name] for check in checks}


class _Introduced:
    """As much of an implementation as a header needs."""

    def __init__(self, hello: Hello) -> None:
        self.hello = hello


@cache
def _made(name: str) -> Report:
    recipe = RECIPES[name]
    hello = Hello(
        recipe.target.partition(":")[0],
        "1.0",
        "python",
        recipe.claims,
        operations=recipe.operations,
        environment={"a": "b"},
    )
    options = Options(
        target=recipe.target,
        profile=recipe.profile,
        effort="quick",
        only=recipe.only,
        output=Path("out.json"),
        isolation=recipe.isolation,
        stop=recipe.stop,
        deviations=tuple(
            (Deviation(name, "it is so", "https://example.org/1"), Conditions()) for name in recipe.deviations
        ),
    )
    top = header(options, _Introduced(hello), 0.0)  # type: ignore[arg-type]  # no more than the hello is looked at
    top = replace(top, execution=replace(top.execution, seconds=1.5))
    claimed = recipe.claims.features | frozenset(recipe.operations)
    checks = to_run(catalogue(), top.run, claimed)
    counts = counted(top.run, recipe.claims, checks)
    records = [_record(check, counts[check.name], recipe) for check in checks[: recipe.reached]]
    complete = recipe.reached is None
    looks = recipe.only == "*" and complete and recipe.stop != "must"
    fingerprint = _fingerprint(hello) if looks else None
    report: Report = assemble(
        on_json.plain(top), records, complete=complete, stopped=recipe.stopped, fingerprint=fingerprint
    )
    return report


def _record(check: Check, count: Count, recipe: Recipe) -> dict[str, Any]:
    fails = check.name in recipe.failing
    asked = count.asked // 2 if fails else count.asked
    elements = sum(count.elements[:asked])
    is_first = fails and check.name == recipe.failing[0]
    return {
        "check": check.name,
        "outcome": "fail" if fails else "pass",
        "digests": sorted(set(count.cases[:asked])),
        "asked": asked,
        "without_evidence": [],
        "transcript": count.transcripts[asked - 1],
        "elements": elements,
        "evidence": elements,
        "failure": FAILURE if fails else None,
        "accuracy": {} if fails else {subject: _accuracy(subject, recipe.claims) for subject in sorted(count.subjects)},
        "observed": {"determinism.global-state-unchanged": STATE_CHANGED} if is_first else {},
        "breaches": [],
    }


def _accuracy(subject: str, claims: Capabilities) -> dict[str, Any]:
    dtype, _, gradients = subject.partition("/")
    case = f"n1c1h1w9 m1k1x1 s1x1 p0x0 d1x1 g1 nobias {dtype} normal:7{' grad' if gradients else ''}"
    margin = {"share_of_bound": 0.07, "element": [0, 0, 0, 7], "case": case}
    broken = {"A": case} if claimed_grade(claims, subject) != "A" else {}
    return {
        "broken_by": broken,
        "named": [],
        "excess": 0.0,
        "fixed": 5,
        "bounded": 9,
        "margins": {claimed_grade(claims, subject): margin},
    }


def _fingerprint(hello: Hello) -> Fingerprint:
    shape = SHAPES[0]
    said = {shape.name: {"not seen": "not seen: a call takes longer than 1 s"}}
    dtypes = [dtype for dtype in DTYPES if dtype in hello.capabilities.dtypes]
    seen = {
        dtype: OfDtype(
            summary(said), {shape.name: OfShape(f"{shape.case} {dtype}", "a call takes longer than 1 s", {})}
        )
        for dtype in dtypes
    }
    return Fingerprint(hello.name, hello.version, seen)


@pytest.fixture(scope="session")
def made() -> Callable[[str], Report]:
    """A report by the name of its recipe; each call has its own."""
    return lambda name: copy.deepcopy(_made(name))


@pytest.fixture(scope="session")
def counting_again() -> Callable[..., dict[str, Count]]:
    return counted


def verified(report: Report) -> Finding:
    """What `verify` says, of the form too."""
    try:
        return consistency.verify(reading.report_of(report), counted)
    except reading.WrongForm as error:
        return Finding((f"it does not have the form of a report: {error}",))


@pytest.fixture(scope="session")
def looked_at() -> Callable[[Report], Finding]:
    """What `verify` finds; the form, which takes longest to look at, is looked at where nothing else is wrong."""

    def look(report: Report) -> Finding:
        with suppress(Exception):
            found: Finding = consistency.verify(on_json.report_of(report), counted)
            if found.faults:
                return found
        return verified(report)

    return look


@pytest.fixture(scope="session")
def failing_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Report]:
    """What a run writes about an implementation that drops the bias, and where."""
    path = tmp_path_factory.mktemp("run") / "out.json"
    target = "conv2d_conformance.mutants.channels:bias_dropped"
    return path, on_json.plain(run(Options(target=target, effort="quick", only="bias.a*", output=path)))
