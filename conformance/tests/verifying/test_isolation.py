"""Without a process of its own an implementation gets a result and no certificate, and every page says so."""

import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conv2d_conformance.cli import program
from conv2d_conformance.report.console import console
from conv2d_conformance.report.headline import WITHOUT_ISOLATION
from conv2d_conformance.running.options import Options
from conv2d_conformance.running.run import run
from conv2d_conformance.verifying.recount import Count
from on_json import in_short, results_page, show
from on_json import junit_page as junit

Report = dict[str, Any]


@pytest.fixture
def report(made: Callable[[str], Report]) -> dict[str, Any]:
    found: dict[str, Any] = made("without isolation")
    return found


def test_there_is_a_result_and_no_certificate(report: dict[str, Any]) -> None:
    assert report["conclusion"] == {
        "headline": f"all that profile forward requires holds; {WITHOUT_ISOLATION}",
        "conforming": False,
        "no_certificate": ["no isolation"],
        "within_limits": None,
        "exit_status": 4,
        "stale_deviations": [],
    }


def pages(report: dict[str, Any]) -> Iterator[str]:
    stream = io.StringIO()
    show(report, Path("out.json"), console(stream))
    yield " ".join(stream.getvalue().split())
    yield results_page({"out.json": report})
    case = ET.fromstring(junit({"out.json": report})).find("testsuite/testcase[@name='conclusion']")
    assert case is not None
    yield "".join(part.get("message") or part.text or "" for part in case)
    yield json.dumps(in_short(report))


def test_every_page_says_so(report: dict[str, Any]) -> None:
    for page in pages(report):
        assert WITHOUT_ISOLATION in page
        assert "conforming to" not in page


def test_so_it_is_where_other_things_are_to_be_said_too(made: Callable[[str], Report]) -> None:
    report = made("failing")
    report["run"]["isolation"] = "none"
    *others, short = pages(report)
    for page in others:
        assert f"determinism.global-state-unchanged); {WITHOUT_ISOLATION}" in page.replace("\\", "")
    assert '"isolation": "none"' in short


def test_old_reports_that_call_it_a_certificate_are_shown_without_one(made: Callable[[str], Report]) -> None:
    report = made("forward")
    report["run"]["isolation"] = "none"
    assert all(f"; {WITHOUT_ISOLATION}" in page for page in list(pages(report))[:3])


def test_verify_says_so(
    report: dict[str, Any],
    tmp_path: Path,
    counting_again: Callable[..., dict[str, Count]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "out.json"
    path.write_text(json.dumps(report))
    monkeypatch.setattr("conv2d_conformance.verifying.recount.recount", lambda *known, **_: counting_again(*known))
    result = CliRunner().invoke(program, ["verify", str(path)])
    assert (result.exit_code, WITHOUT_ISOLATION in result.output) == (0, True)


PATCHES_THE_REPORT = """
from conv2d_conformance.verdict import examination
from conv2d_reference import conv2d

right = examination.Judgement("pass", evidence=1, elements=1)
examination.Examination.judge = lambda self, case, **_: self._tally("n1c1h1w1 m1k1", right)
examination.Examination.judge_all = lambda self, cases, **_: self.judge(None)
"""


def test_who_patches_the_suite_gets_no_certificate_and_verify_sees_that_nothing_was_asked(tmp_path: Path) -> None:
    target, path = tmp_path / "cheat.py", tmp_path / "out.json"
    target.write_text(PATCHES_THE_REPORT)
    with pytest.MonkeyPatch.context() as patch:
        from conv2d_conformance.verdict.examination import Examination

        for name in ("judge", "judge_all"):
            patch.setattr(Examination, name, getattr(Examination, name))  # put back what the target changes
        options = Options(target=f"{target}:conv2d", effort="quick", only="bias.a*", output=path, isolation="none")
        report = run(options)
    assert not report.conclusion.conforming
    result = CliRunner().invoke(program, ["verify", str(path)])
    assert result.exit_code == 1
    assert "with this effort, seed and claims there are" in result.output
