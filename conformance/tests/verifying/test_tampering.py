"""What becomes of a true report when somebody tampers with it: docs/verify.md has a row for each way to do so.

The report is of a real run, of an adapter with limits and a composed part, one of whose requirements fails as declared.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import on_json
from conv2d_conformance.checks import Check, every_check
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.answers import Implementation
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.report.deviations import Conditions, Deviation
from conv2d_conformance.report.header import Asked
from conv2d_conformance.running.options import Options
from conv2d_conformance.running.run import run
from conv2d_conformance.typed_json import from_json
from conv2d_conformance.verdict.tally import Tally
from conv2d_conformance.verifying import rerun as rerunning
from conv2d_conformance.verifying.recount import Count, recount
from conv2d_reference import conv2d as reference
from on_json import claimed_by, conclusion

Report = dict[str, Any]
Change = Callable[[Report], object]

PAGE = (Path(__file__).parents[3] / "docs" / "verify.md").read_text(encoding="utf-8")
ONLY = "[bn][iu]*.[ag]*"
"""Three requirements, one of them about the grade."""


def mine(input: Array, weight: Array, bias: Array | None = None, **attributes: Any) -> Array:
    """A conv2d that drops the bias of one filter of one pixel."""
    return reference(input, weight, None if weight.size == 1 else bias, **attributes)


ADAPTER = Adapter(
    name="mine",
    version="1.0",
    conv2d=mine,
    composed={"bias": "numpy.add"},
    capabilities=Capabilities(limits=("KH == KW",)),
)
MINE = InProcess(ADAPTER)


@pytest.fixture(scope="module")
def true_report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    known = (Deviation("bias.added", "it is so", "https://example.org/1"), Conditions())
    path = tmp_path_factory.mktemp("true") / "out.json"
    target = f"{__file__}:ADAPTER"
    options = Options(target=target, effort="quick", only=ONLY, isolation="none", deviations=(known,), output=path)
    found: Report = on_json.plain(run(options))
    return found


@pytest.fixture
def report(true_report: Report) -> Report:
    return copy.deepcopy(true_report)


@cache
def _counted(asked: str, claims: str, names: tuple[str, ...]) -> dict[str, Count]:
    run = from_json(json.loads(asked), Asked)
    return recount(run, Capabilities.from_json(json.loads(claims)), [every_check()[name] for name in names])


def counted(run: Asked, claims: Capabilities, checks: Any) -> dict[str, Count]:
    """What `recount` finds; the same is counted once."""
    asked = json.dumps({**on_json.plain(run), "only": "*", "profile": "forward", "isolation": "process"})
    return _counted(asked, json.dumps(claims.to_json()), tuple(check.name for check in checks))


def entry(report: Report, name: str) -> Any:
    return next(found for found in report["requirements"] if found["id"] == name)


def conclude(report: Report) -> None:
    """Write the conclusion that follows, as a careful forger does."""
    report["conclusion"] = conclusion(
        report["requirements"],
        claimed_by(report["implementation"]),
        on_json.deviations_of(report),
        report["breaches"],
        profile=report["run"]["profile"],
        only=report["run"]["only"],
        isolation=report["run"]["isolation"],
        complete=report["complete"],
        limits=report["implementation"]["capabilities"]["limits"],
    )


def claims(report: Report) -> Any:
    return report["implementation"]["capabilities"]


def failure(report: Report) -> Any:
    return entry(report, "bias.added")["failure"]


def let_it_pass(report: Report) -> None:
    for found in (*report["requirements"], *report["checks"].values()):
        found.update({"verdict": "pass", "failure": None} if "id" in found else {"outcome": "pass", "observed": []})
    report["deviations"] = []
    conclude(report)


def hide_a_failure_with_care(report: Report) -> None:
    """With the numbers of whoever runs the suite on a right implementation."""
    names = entry(report, "bias.added")["checks"]
    run, capabilities = from_json(report["run"], Asked), Capabilities.from_json(claims(report))
    for name, count in counted(run, capabilities, [every_check()[name] for name in names]).items():
        elements = sum(count.elements)
        report["checks"][name].update(asked=count.asked, transcript=count.transcripts[-1], elements=elements)
        report["checks"][name].update(evidence=elements, cases=len(set(count.cases)), without_evidence=[])
    own = [report["checks"][name] for name in names]
    for number in ("elements", "evidence"):
        entry(report, "bias.added")[number] = sum(found[number] for found in own)
    cases = counted(run, capabilities, [every_check()[name] for name in report["checks"]])
    silent = {name: set(found["without_evidence"]) for name, found in report["checks"].items()}
    lines = {name: {c for n, c in enumerate(found.cases) if n not in silent[name]} for name, found in cases.items()}
    entry(report, "bias.added")["cases"] = len(set().union(*(lines[name] for name in names)))
    report["judged_cases"] = len(set().union(*lines.values()))
    let_it_pass(report)


def invent_a_failure(report: Report) -> None:
    entry(report, "bias.absent").update(verdict="fail", failure=copy.deepcopy(failure(report)))
    entry(report, "bias.absent")["failure"]["case"] = OTHER_CASE
    report["checks"]["test_bias::test_absent"]["outcome"] = "fail"
    conclude(report)


def less_evidence(report: Report) -> None:
    for found in (entry(report, "bias.absent"), report["checks"]["test_bias::test_absent"]):
        found["evidence"] -= 1


def remove_a_requirement(report: Report) -> None:
    report["requirements"].remove(entry(report, "bias.added"))
    report["deviations"] = []
    conclude(report)


def invent_a_requirement(report: Report) -> None:
    report["requirements"].append({**entry(report, "bias.absent"), "id": "speed.high"})


def concluding(change: Change) -> Change:
    def changed(report: Report) -> None:
        change(report)
        conclude(report)

    return changed


OTHER_CASE = "n1c1h2w2 m1k2x2 s1x1 p0x0 d1x1 g1 nobias float32 integers:5"

FOUND: dict[str, tuple[Change, str]] = {
    "a verdict": (lambda r: entry(r, "bias.added").update(verdict="pass", failure=None), "follows fail"),
    "all verdicts, and what follows from them": (let_it_pass, "test_bias::test_added is said to pass"),
    "the outcome of a check": (
        lambda r: r["checks"]["test_bias::test_absent"].update(outcome="fail"),
        "bias.absent has the verdict pass",
    ),
    "the cases of a requirement": (lambda r: entry(r, "bias.absent").update(cases=60), "bias.absent has 60 "),
    "the elements of a requirement": (lambda r: entry(r, "bias.absent").update(elements=10**6), "its checks have"),
    "the calls of a check": (lambda r: r["checks"]["test_bias::test_absent"].update(asked=9), "test_absent "),
    "which calls they were": (
        lambda r: r["checks"]["test_bias::test_absent"].update(transcript=16 * "0"),
        "that are others than those with this effort, seed and claims",
    ),
    "the number of all cases": (lambda r: r.update(judged_cases=r["judged_cases"] - 1), "distinct cases were judged"),
    "a check, removed": (lambda r: r["checks"].pop("test_bias::test_absent"), "test_absent, which such a run makes"),
    "a requirement, removed": (remove_a_requirement, "bias.added is missing"),
    "a requirement, invented": (invent_a_requirement, "speed.high, a requirement that its specification does not have"),
    "a level, lowered": (concluding(lambda r: entry(r, "bias.added").update(level="SHOULD")), "MUST as specified"),
    "the edition": (lambda r: r["spec"].update(edition="1"), "is edition 2, not 1"),
    "the digest of the specification": (lambda r: r["spec"].update(digest=64 * "0"), "it cites edition 2 (000000"),
    "the version of the suite": (lambda r: r["suite"].update(version="9.9"), "its sources are those of version "),
    "limits, dropped": (concluding(lambda r: claims(r).update(limits=[])), "with this effort, seed and claims"),
    "limits, added": (concluding(lambda r: claims(r).update(limits=["KH == KW", "C == 1"])), "with this effort, seed"),
    "a claim, dropped": (concluding(lambda r: claims(r).update(bias=False)), "needs what is not claimed: bias"),
    "a claim, added": (
        concluding(lambda r: claims(r)["dtypes"].append("float64")),
        "with this effort, seed and claims",
    ),
    "the claimed grade": (lambda r: claims(r).update(grades={"float32": "C"}), "claimed for float32 is C, not A"),
    "the selection, hidden": (concluding(lambda r: r["run"].update(only="*")), "bias.per-channel is missing"),
    "the selection, narrowed": (concluding(lambda r: r["run"].update(only="bias.*")), "does not select"),
    "the profile, raised": (concluding(lambda r: r["run"].update(profile="training", only="*")), " is missing"),
    "the effort, raised": (lambda r: r["run"].update(effort="standard"), "with this effort, seed and claims"),
    "the seed": (lambda r: r["run"].update(seed=7), "with this effort, seed and claims"),
    "the isolation": (lambda r: r["run"].update(isolation="process", memory_gib=8.0), "its conclusion is "),
    "an early end": (lambda r: r.update(complete=False), "its conclusion is "),
    "the conclusion": (lambda r: r["conclusion"].update(headline="conforming to profile forward"), "its conclusion is"),
    "the exit status": (lambda r: r["conclusion"].update(exit_status=0), "its conclusion is "),
    "a deviation, removed": (lambda r: r.update(deviations=[]), "its conclusion is "),
    "a deviation, added": (
        lambda r: r["deviations"].append({"requirement": "bias.absent", "reason": "so", "issue": "https://e.org/1"}),
        "its conclusion is ",
    ),
    "a grade": (lambda r: r["accuracy"]["float32"].update(grade="A-tc"), "float32 is A by its evidence, not A-tc"),
    "an error beyond the bound": (
        lambda r: r["accuracy"]["float32"]["worst"].update(share_of_bound=1.01),
        "of the bound of grade A, which holds",
    ),
    "a fingerprint, added": (
        lambda r: r.update(fingerprint={"name": "mine", "version": "1.0", "dtypes": {}}),
        "it has a fingerprint of a run that takes none",
    ),
    "a failing case that is none": (lambda r: failure(r).update(case="n1c1h1w1"), "which is no case"),
    "a failing case that is not claimed": (
        lambda r: failure(r).update(case=OTHER_CASE.replace("float32", "float64")),
        "which needs what is not claimed",
    ),
    "what a failure is explained by": (lambda r: failure(r).update(explained_by="bias.mine"), "explained by bias.mine"),
}

BY_ASKING_AGAIN: dict[str, tuple[Change, str]] = {
    "a failure, hidden with care": (hide_a_failure_with_care, "bias.added passes in the report, and not here, by"),
    "a failure, invented": (invent_a_failure, "bias.absent does not fail again"),
    "the failing case": (
        lambda r: failure(r).update(case=OTHER_CASE),
        "bias.added fails again, and its case 'n1c1h2w2 m1k2x2 s1x1 p0x0 d1x1 g1 nobias float32 integers:5' does not",
    ),
    "the amount of evidence": (less_evidence, "(evidence)"),
    "composed parts, dropped": (lambda r: r["implementation"].update(composed={}), "composed, bias: 'numpy.add' here"),
    "the name of the implementation": (lambda r: r["implementation"].update(name="theirs"), "the name of the impl"),
    "its version": (lambda r: r["implementation"].update(version="2.0"), "the version of the implementation is"),
    "its environment": (
        lambda r: r["implementation"]["environment"].update(numpy="1.0"),
        "environment, numpy: ",
    ),
}

BY_NOTHING: dict[str, Change] = {
    "the target": lambda r: r["run"].update(target="elsewhere.py:adapter"),
    "the isolation, and what follows from it": concluding(
        lambda r: r["run"].update(isolation="process", memory_gib=8.0)
    ),
    "the time, the duration, the workers": lambda r: r["execution"].update(
        started="2020-01-01T00:00:00Z", seconds=1.0, workers=64
    ),
    "the machine of the suite": lambda r: r["environment"].update(machine="aarch64"),
    "the words of a failure": lambda r: failure(r).update(got="1e-30 at y[0,0,0,0]", diagnosis="nearly right"),
    "how often it failed": lambda r: failure(r).update(failed_repetitions=4),
    "the largest error, within its bound": lambda r: r["accuracy"]["float32"]["worst"].update(share_of_bound=0.01),
    "the reason of a deviation": lambda r: r["deviations"][0].update(reason="it is known"),
}


@pytest.fixture(scope="module", autouse=True)
def asked_once() -> Iterator[None]:
    """Each check asks the same implementation once, however many reports are held against its answers."""
    ask_again = rerunning._tally
    tallies: dict[tuple[object, ...], Tally] = {}

    def tally(check: Check, implementation: Implementation, run: Asked) -> Tally:
        key = (check.name, id(implementation), run.effort, run.seed)
        if key not in tallies:
            tallies[key] = ask_again(check, implementation, run)
        return tallies[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rerunning, "_tally", tally)
        yield


def said(report: Report) -> tuple[str, ...]:
    """What `verify` says: faults, what is not compared, remarks."""
    found = on_json.verify(report, counted)
    return (*found.faults, *found.not_compared, *found.remarks)


def differences(report: Report) -> tuple[str, ...]:
    """What `verify --rerun` says, of all requirements."""
    return on_json.rerun(report, MINE, sample=10, draw=0).differences


def test_the_true_report_is_sound_and_the_same_again(report: Report) -> None:
    assert report["conclusion"]["exit_status"] == 4
    assert [found["verdict"] for found in report["requirements"]] == ["fail", "pass", "pass"]
    assert (said(report), differences(report)) == ((), ())


@pytest.mark.parametrize("name", FOUND)
def test_what_contradicts_something_is_found(report: Report, name: str) -> None:
    change, sentence = FOUND[name]
    change(report)
    found = said(report)
    assert any(sentence in one for one in found), found


@pytest.mark.parametrize("name", BY_ASKING_AGAIN)
def test_what_only_the_implementation_contradicts_is_found_by_asking_again(report: Report, name: str) -> None:
    change, sentence = BY_ASKING_AGAIN[name]
    change(report)
    assert said(report) == ()
    found = differences(report)
    assert any(sentence in one for one in found), found


@pytest.mark.parametrize("name", BY_NOTHING)
def test_what_nothing_contradicts_is_said_to_be_so(report: Report, true_report: Report, name: str) -> None:
    BY_NOTHING[name](report)
    assert report != true_report
    assert (said(report), differences(report)) == ((), ())


def test_the_page_has_a_row_for_each() -> None:
    by_section = [[*FOUND], [*BY_ASKING_AGAIN], [*BY_NOTHING]]
    sections = PAGE.split("\n## ")[-3:]
    for names, section in zip(by_section, sections, strict=True):
        assert re.findall(r"^\| ([^|]+) \| [^|]+ \|$", section, flags=re.MULTILINE)[1:] == names


def test_a_grade_that_an_answer_breaks_is_told_where_a_wider_one_is_claimed(report: Report) -> None:
    """Else the check of the claimed grade fails, which is told anyway."""

    def as_tf32(array: Array) -> Array:
        bits = np.ascontiguousarray(array).view(np.uint32)
        return ((bits + np.uint32(0x1000)) & np.uint32(0xFFFFE000)).view(np.float32)

    def less_accurate(input: Array, weight: Array, bias: Array | None = None, **attributes: Any) -> Array:
        return mine(as_tf32(input), as_tf32(weight), bias, **attributes)

    wider = replace(ADAPTER.capabilities, grades={"float32": "R-tf32"})
    adapter = replace(ADAPTER, conv2d=less_accurate, capabilities=wider)
    found = on_json.rerun(report, InProcess(adapter), sample=10, draw=0).differences
    assert any("an answer in float32 breaks A here, which is its grade in the report, by 'n" in one for one in found)
    assert any("an answer in float32 is not exact here where the report says that it is" in one for one in found)
